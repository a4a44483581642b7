/** The services of the network as processes: which program, which arguments, which environment. */
import { createServer } from 'node:net';
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
export async function serviceSpecs(
  o: ClusterAddresses & { logFolder: string; ratePerSecond: number; linesFile?: string },
): Promise<ServiceSpec[]> {
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
  const ports = await freePorts(rows.length);
  return rows.map(({ name, app, args }, i) => ({
    name,
    args,
    program: join(APPS, app, 'src/main.js'),
    httpPort: ports[i]!,
    logFile: join(o.logFolder, `${name}.log`),
    env: {
      ...process.env,
      PINFOLD_DATA_DIR: o.dataDir,
      DATABASE_URL: o.databaseUrl,
      KAFKA_BROKERS: o.kafkaBrokers,
      PINFOLD_HTTP_PORT: String(ports[i]),
      PINFOLD_LOG: 'json',
    },
  }));
}

/** Ports that were free together a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
