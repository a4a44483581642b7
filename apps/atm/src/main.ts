/** An ATM fleet as a process of its own: `node dist/apps/atm/src/main.js [--rate 50]`. */
import { parseArgs } from 'node:util';
import { ensureApiToken, runApp, startHttp, tellParent, UsageError } from '@pinfold/platform';
import { composeAtm } from './compose.js';
import { keyChangeRoute } from './key-change-route.js';
import { loadRoute, PLAIN_MIX } from './load-route.js';
import { readCustomers } from './traffic/customers-file.js';
import { TrafficGenerator } from './traffic/traffic-generator.js';
import { withdrawalRoute } from './withdrawal-route.js';

const RATE_MAX = 100_000;

/** Withdrawals per second that the process makes itself. @throws UsageError */
function rateOption(): number {
  let given: string;
  try {
    given = parseArgs({ options: { rate: { type: 'string', default: '0' } } }).values.rate;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const rate = Number(given);
  if (Number.isFinite(rate) && rate >= 0 && rate <= RATE_MAX) return rate;
  throw new UsageError(`--rate is 0 to ${RATE_MAX} withdrawals per second`);
}

await runApp({
  name: 'atm',
  start: async (context) => {
    const { config, logger, health, metrics, shutdown } = context;
    const fleet = await composeAtm(context, { ratePerSecond: rateOption() });
    const http = await startHttp({
      port: config.httpPort,
      portVariable: 'PINFOLD_HTTP_PORT',
      logger,
      health,
      metrics,
      info: { title: 'Pinfold ATM fleet', version: '0.1.0' },
      token: await ensureApiToken(config.dataDir),
      routes: [
        withdrawalRoute(fleet),
        keyChangeRoute(fleet),
        loadRoute((ratePerSecond, plain) => {
          const seed = `load/${Date.now()}`;
          const options = { ratePerSecond, seed, ...(plain ? { mix: PLAIN_MIX } : {}) };
          return new TrafficGenerator(fleet, readCustomers(config.dataDir), options);
        }),
      ],
    });
    tellParent({ http: http.port });
    shutdown.add({ phase: 'intake', name: 'http', stop: () => http.close() });
    logger.info('fleet is up', { address: `127.0.0.1:${http.port}` });
  },
});
