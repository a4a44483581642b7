/** The control API of the all-in-one program: every route, from what the system consists of. */
import { hsmRoute } from '@pinfold/institution';
import { type AppContext, ensureApiToken, type HttpServer, startHttp } from '@pinfold/platform';
import { keyChangeRoute, loadRoute, PLAIN_MIX, withdrawalRoute } from '../../../atm/src/index.js';
import { linesRoute } from '../../../switch/src/index.js';
import { VERSION } from '../cli/version.js';
import { hopsOf } from '../narration/hops.js';
import { createTraffic } from '../system/fleet-app.js';
import type { System } from '../system/system.js';
import type { Totals } from '../system/totals.js';
import { cardRoute } from './cards.js';
import { keyRoutes } from './keys.js';
import { parkedRoutes } from './parked.js';
import { elsewhereOf, reconciliationRoute } from './reconciliations.js';
import { statusRoute } from './status.js';

/** The port of host commands and the device behind it, which is no institution's. */
export interface HostSide {
  readonly port: number;
  /** 0 where it is not served over TLS. */
  readonly tlsPort: number;
  readonly life: () => string;
}

export async function startControlApi(
  context: AppContext,
  o: { system: System; totals: Totals; host: HostSide },
): Promise<HttpServer> {
  const { system, totals, host } = o;
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
    readyMembers: () => ({
      http: port,
      host: host.port,
      iso: system.iso.port,
      mode: config.mode,
    }),
    routes: [
      withdrawalRoute(system.fleet, ({ rrn, terminal }) =>
        rrn === null ? [] : hopsOf(system.stores, { rrn, terminal }),
      ),
      cardRoute({
        issuers: system.network.issuers,
        seed: config.seed,
      }),
      reconciliationRoute(system.stores, elsewhereOf(system.lines)),
      ...parkedRoutes(system.stores),
      ...keyRoutes(system.stores.switch),
      keyChangeRoute(system.fleet),
      hsmRoute(context, 'pinfold'),
      linesRoute(() => system.iso.lines),
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
        ports: () => portsOf(port, o),
        devices: () => devicesOf(o),
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

function portsOf(
  http: number,
  { system, host }: { system: System; host: HostSide },
): Record<string, number> {
  return {
    http,
    'host commands': host.port,
    ...(host.tlsPort === 0 ? {} : { 'host commands over TLS': host.tlsPort }),
    'ISO 8583': system.iso.port,
  };
}

const DEMO_KEYS = 'demo device: random master keys, state key kept beside the state';

function devicesOf({ system, host }: { system: System; host: HostSide }) {
  const { fleet, acquirer, issuers } = system.network.institutions;
  const own = [fleet, acquirer, ...issuers.values()].map(({ id, store }) => ({
    institution: id,
    state: store.device.life,
    demo: DEMO_KEYS,
  }));
  const behindHostPort = {
    institution: 'host',
    state: host.life(),
    demo: 'behind the port of host commands: published test LMKs, no institution',
  };
  const pool = (system.hsm.pool?.status() ?? []).map(({ device, state, inFlight, failures }) => ({
    institution: device,
    state,
    demo: `of the pool; ${inFlight} commands outstanding, ${failures} failures`,
  }));
  return [...own, behindHostPort, ...pool];
}
