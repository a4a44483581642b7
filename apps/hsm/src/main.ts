/**
 * The HSM process.
 *
 *   node dist/apps/hsm/src/main.js                          host commands, with the test LMKs
 *   node dist/apps/hsm/src/main.js --institution acq1 …     devices of institutions, for a pool
 *
 * The devices come from `PINFOLD_DATA_DIR`. Several processes of a pool have a folder each, copied from
 * the one in which the network was provisioned: equal master keys, states of their own.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { HsmClient } from '@pinfold/hsm-client';
import { IDENTITIES, Institution, requireIntactProgram } from '@pinfold/institution';
import { type AppContext, runApp, startHttp, UsageError } from '@pinfold/platform';
import { hostTlsOptions } from './host-port-options.js';
import { openHostDevice } from './open-host-device.js';
import { startDevicePort } from './start-device-port.js';
import { startHostPort } from './start-host-port.js';

function institutionsWanted(): readonly string[] {
  try {
    const options = { institution: { type: 'string', multiple: true } } as const;
    return parseArgs({ options }).values.institution ?? [];
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Devices by institution, opened; only the production identity is served over TCP. */
function openDevices(context: AppContext, ids: readonly string[]) {
  const { config, logger, shutdown, health } = context;
  const clients = new Map<string, HsmClient>();
  for (const id of ids) {
    const institution = Institution.open({
      id,
      dataDir: config.dataDir,
      mode: config.mode,
      selfTestMinutes: config.selfTestMinutes,
      random: randomBytes,
      log: (line) => logger.info(line),
    });
    shutdown.add({ phase: 'servers', name: `device ${id}`, stop: () => institution.close() });
    health.add('ready', `device ${id}`, () => institution.trouble);
    clients.set(`${id};${IDENTITIES.production.name}`, institution.as(IDENTITIES.production));
  }
  return (institution: string, identity: string) => clients.get(`${institution};${identity}`);
}

await runApp({
  name: 'hsm',
  start: async (context) => {
    const { config, logger, health, metrics, shutdown } = context;
    const ids = institutionsWanted();
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: 'Pinfold HSM', version: '0.1.0' },
      token: null,
    });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    if (ids.length === 0) {
      requireIntactProgram();
      const { hostPort: port, hostHeader: headerLength } = config;
      const { lmk: device } = openHostDevice(context);
      const tls = hostTlsOptions(config);
      const host = await startHostPort({ port, device, headerLength, tls, logger, metrics });
      shutdown.add({ phase: 'intake', name: 'host port', stop: () => host.close() });
      logger.info(host.banner);
    } else {
      const client = openDevices(context, ids);
      const port = await startDevicePort({ port: config.hostPort, client, logger, metrics });
      shutdown.add({ phase: 'intake', name: 'device port', stop: () => port.close() });
      logger.info(`devices of ${ids.join(', ')} on port ${port.port}`, { port: port.port });
    }
  },
});
