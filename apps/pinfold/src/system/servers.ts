/** The database server and the bus of a program: its own, or those that the configuration names. */
import { type Bus, busProgressCheck, EmbeddedBus, exportBusMetrics, KafkaBus } from '@pinfold/bus';
import { PARTITIONS } from '@pinfold/institution';
import { allTopics } from '@pinfold/messages';
import type { AppContext } from '@pinfold/platform';
import { startEmbeddedPostgres } from '@pinfold/storage';

export interface DatabaseServer {
  readonly url: string;
  readonly kind: string;
  /** A command line for a person, without the password where it is somebody else's server. */
  readonly psql: string;
}

export async function openDatabaseServer(context: AppContext): Promise<DatabaseServer> {
  const { config, logger, shutdown, end } = context;
  if (config.databaseUrl !== null) {
    return {
      url: config.databaseUrl.reveal(),
      kind: 'PostgreSQL of DATABASE_URL',
      psql: 'psql "$DATABASE_URL"',
    };
  }
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (line) => logger.debug(line),
    onLost: end,
  });
  shutdown.add({
    phase: 'servers',
    name: 'postgresql',
    stop: () => server.stop(),
    timeoutMs: 30_000,
  });
  return { url: server.url, kind: `own PostgreSQL (${server.origin})`, psql: server.psql };
}

export interface OpenedBus {
  readonly bus: Bus;
  readonly kind: string;
}

export async function openBus(
  context: AppContext,
  issuers: readonly string[],
  clientId: string,
): Promise<OpenedBus> {
  const { config, metrics, health, shutdown, end } = context;
  const { kafkaBrokers } = config;
  const brokers = kafkaBrokers?.map(({ host, port }) => `${host}:${port}`);
  const bus =
    brokers === undefined
      ? new EmbeddedBus({ onFatal: end })
      : await KafkaBus.open({ brokers, clientId, onFatal: end });
  shutdown.add({ phase: 'release', name: 'bus', stop: () => bus.close() });
  exportBusMetrics(bus, metrics);
  health.add('ready', 'bus', busProgressCheck(bus));
  await bus.ensureTopics(allTopics(issuers), PARTITIONS);
  const kind = brokers === undefined ? 'in the process' : `Kafka at ${brokers.join(', ')}`;
  return { bus, kind };
}
