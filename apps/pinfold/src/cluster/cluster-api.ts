/** The control API of a cluster: the same routes as of the all-in-one program, answered by the operator. */
import { type AppContext, ensureApiToken, type Route, route, startHttp } from '@pinfold/platform';
import { z } from 'zod';
import type { Lines } from '../../../switch/src/index.js';
import { cardRoute } from '../api/cards.js';
import { keyRoutes } from '../api/keys.js';
import { parkedRoutes } from '../api/parked.js';
import { elsewhereOf, reconciliationRoute } from '../api/reconciliations.js';
import { statusRoute } from '../api/status.js';
import { VERSION } from '../cli/version.js';
import { type HopStores, hopsOf } from '../narration/hops.js';
import type { OpenedNetwork } from '../network/open-network.js';
import type { DatabaseServer } from '../system/servers.js';
import type { ServiceProcess } from './child-process.js';
import type { ClusterKafka } from './kafka.js';
import { operationsRoutes } from './operations.js';
import type { CallAtm } from './proxy.js';

export interface ClusterParts {
  readonly network: OpenedNetwork;
  readonly stores: HopStores;
  readonly services: readonly ServiceProcess[];
  readonly callAtm: CallAtm;
  readonly kafka: ClusterKafka;
  readonly database: DatabaseServer;
  readonly lines: Lines;
}

const anything = z.looseObject({});

/** Gives the port. */
export async function startClusterApi(context: AppContext, parts: ClusterParts): Promise<number> {
  const { config, logger, health, metrics, shutdown } = context;
  let port = 0;
  for (const service of parts.services) {
    health.add('ready', service.spec.name, async () =>
      (await service.isReady()) ? undefined : 'not ready',
    );
  }
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
      withdrawals(parts),
      forwarded('/load', 'Customers at a fixed rate for a while', parts.callAtm),
      cardRoute({
        issuers: parts.network.issuers,
        seed: config.seed,
      }),
      reconciliationRoute(parts.stores, elsewhereOf(parts.lines)),
      ...parkedRoutes(parts.stores),
      ...keyRoutes(parts.stores.switch),
      forwarded('/terminals/keys', 'A terminal asks for a new TPK and TAK', parts.callAtm),
      processesRoute(parts),
      ...operationsRoutes(parts.services),
      statusRoute({
        mode: config.mode,
        dataDir: config.dataDir,
        bus: parts.kafka.kind,
        database: { kind: parts.database.kind, psql: parts.database.psql },
        ports: () =>
          Object.fromEntries([
            ['http', port],
            ...parts.services.flatMap(({ spec, http }) =>
              http === undefined ? [] : [[spec.name, http]],
            ),
          ]),
        devices: () => [],
        terminals: () => ({ all: 0, inService: 0 }),
        withdrawals: () => ({}),
      }),
    ],
  });
  port = http.port;
  shutdown.add({ phase: 'intake', name: 'control API', stop: () => http.close() });
  return port;
}

/** The customer stands at the ATM process; the hops are read from the three records. */
function withdrawals({ callAtm, stores }: ClusterParts): Route {
  return route({
    method: 'POST',
    path: '/withdrawals',
    summary: 'One cash withdrawal at a terminal, told hop by hop',
    body: anything,
    answer: anything,
    problems: ['bad-request', 'conflict', 'unavailable', 'not-found'],
    handle: async ({ body }) => {
      const done = (await callAtm('/withdrawals', body)) as { rrn: string; terminal: string };
      const { rrn, terminal } = done;
      if (body.hops === false) return done;
      return { ...done, hops: await hopsOf(stores, { rrn, terminal }) };
    },
  });
}

function forwarded(path: string, summary: string, callAtm: CallAtm): Route {
  return route({
    method: 'POST',
    path,
    summary,
    body: anything,
    answer: anything,
    problems: ['bad-request', 'conflict', 'unavailable'],
    handle: async ({ body }) => (await callAtm(path, body)) as Record<string, unknown>,
  });
}

/** `GET /processes`: which process is which, for an operator and for crash tests. */
function processesRoute({ services, kafka }: ClusterParts): Route {
  return route({
    method: 'GET',
    path: '/processes',
    summary: 'The processes of the cluster',
    answer: z.object({
      operator: z.number(),
      kafka: z.number().nullable(),
      services: z.array(
        z.object({
          name: z.string(),
          pid: z.number().nullable(),
          http: z.number().nullable(),
          restarts: z.number(),
        }),
      ),
    }),
    handle: () => ({
      operator: process.pid,
      kafka: kafka.pid ?? null,
      services: services.map(({ spec, pid, http, restarts }) => ({
        name: spec.name,
        pid: pid ?? null,
        http: http ?? null,
        restarts,
      })),
    }),
  });
}
