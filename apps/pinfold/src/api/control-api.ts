/** The control API of the all-in-one program: every route, from what the system consists of. */
import { type AppContext, ensureApiToken, type HttpServer, startHttp } from '@pinfold/platform';
import { accountStatement } from '@pinfold/storage';
import { createTraffic } from '../system/fleet-app.js';
import type { System } from '../system/system.js';
import type { Totals } from '../system/totals.js';
import { cardRoute } from './cards.js';
import { loadRoute } from './load.js';
import { reconciliationRoute } from './reconciliations.js';
import { statusRoute } from './status.js';
import { withdrawalRoute } from './withdrawals.js';

export const VERSION = '0.1.0';
const LAST_LINES = 10;

/** Customers of a load test: everybody knows the PIN and asks for what there is. */
const PLAIN_MIX = {
  amounts: [{ amountMinor: 1_000n, weight: 1 }],
  wrongPinShare: 0,
  overLimitShare: 0,
  overLimitMinor: 200_000n,
};

export async function startControlApi(
  context: AppContext,
  system: System,
  totals: Totals,
): Promise<HttpServer> {
  const { config, logger, health, metrics, shutdown } = context;
  let port = 0;
  const http = await startHttp({
    port: config.httpPort,
    portVariable: 'PINFOLD_HTTP_PORT',
    logger,
    health,
    metrics,
    info: { title: 'Pinfold control API', version: VERSION },
    token: await ensureApiToken(config.dataDir),
    readyMembers: () => ({ http: port, mode: config.mode }),
    routes: [
      withdrawalRoute(system.fleet, system.stores),
      cardRoute({
        institutions: system.institutions.issuers,
        keys: system.issuerKeys,
        stores: system.stores.issuers,
        seed: config.seed,
        statement: (issuer, accountId) =>
          accountStatement(system.ledgers.get(issuer)!, { accountId, limit: LAST_LINES }),
      }),
      reconciliationRoute(system.stores),
      loadRoute((ratePerSecond, plain) =>
        createTraffic(system, {
          demoSeed: config.seed,
          seed: `load/${Date.now()}`,
          ratePerSecond,
          ...(plain ? { mix: PLAIN_MIX } : {}),
        }),
      ),
      statusRoute({
        mode: config.mode,
        dataDir: config.dataDir,
        bus: system.busKind,
        database: { kind: system.database.kind, psql: system.database.psql },
        ports: () => ({ http: port }),
        devices: () => devicesOf(system),
        terminals: () => {
          const all = system.fleet.terminals();
          return { all: all.length, inService: all.filter((t) => t.inService).length };
        },
        withdrawals: () => totals.counts(),
      }),
    ],
  });
  port = http.port;
  shutdown.add({ phase: 'intake', name: 'control API', stop: () => http.close() });
  return http;
}

function devicesOf({ institutions }: System) {
  const { fleet, acquirer, issuers } = institutions;
  return [fleet, acquirer, ...issuers.values()].map(({ id, store }) => ({
    institution: id,
    state: store.device.life,
    demo: 'demo device: random master keys, state key kept beside the state',
  }));
}
