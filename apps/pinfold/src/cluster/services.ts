/** The services of the network as processes: which program, which arguments, which environment. */
import { join, resolve } from 'node:path';
import { ISSUERS } from '@pinfold/flows';
import type { ServiceSpec } from './child-process.js';

const APPS = join(import.meta.dirname, '../../..');

export interface ClusterAddresses {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
}

/** In the order of starting: who answers before who asks. */
export function serviceSpecs(
  o: ClusterAddresses & { logFolder: string; ratePerSecond: number; linesFile?: string },
): ServiceSpec[] {
  const rows = [
    ...ISSUERS.map(({ id, name }) => ({
      name: `issuer-${id}`,
      app: 'issuer',
      args: ['--issuer', name],
    })),
    {
      name: 'switch',
      app: 'switch',
      args: o.linesFile === undefined ? [] : ['--lines', resolve(o.linesFile)],
    },
    { name: 'atm', app: 'atm', args: ['--rate', String(o.ratePerSecond)] },
  ];
  return rows.map(({ name, app, args }) => ({
    name,
    args,
    program: join(APPS, app, 'src/main.js'),
    logFile: join(o.logFolder, `${name}.log`),
    env: {
      ...process.env,
      PINFOLD_DATA_DIR: o.dataDir,
      DATABASE_URL: o.databaseUrl,
      KAFKA_BROKERS: o.kafkaBrokers,
      // Any free one, which it tells: one that was free a moment ago may be taken when it starts again.
      PINFOLD_HTTP_PORT: '0',
      PINFOLD_LOG: 'json',
    },
  }));
}
