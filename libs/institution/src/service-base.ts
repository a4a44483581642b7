/**
 * What a service that runs as a process of its own stands on: its institution's device and data keys,
 * its schema of the database, Kafka. Everything that is opened adds its step to the shutdown, its
 * check to `ready`, and its counters to the metrics.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '@pinfold/bus';
import type { HsmClient } from '@pinfold/hsm-client';
import { allTopics } from '@pinfold/messages';
import { type AppContext, EnvironmentError, lockFolder } from '@pinfold/platform';
import type { Database, MigrationList } from '@pinfold/storage';
import type { OpenedKeys } from './data-keys.js';
import { type HsmAccess, openHsmAccess } from './hsm-access.js';
import { Institution, institutionFolder } from './institution.js';

export interface ServiceNeeds {
  /** In error lines and as the client's name at Kafka and PostgreSQL: `switch`, `bank-a`. */
  readonly name: string;
  readonly institution: string;
  readonly schema: string;
  readonly migrations: MigrationList;
  /** Connections of the pool. */
  readonly poolSize: number;
  /** Issuers whose topics must exist. */
  readonly issuers: readonly string[];
}

export interface ServiceBase {
  readonly institution: Institution;
  readonly keys: OpenedKeys;
  readonly database: Database;
  readonly bus: Bus;
}

/** Of a service that has its institution's keys of production work. */
export interface ProductionBase extends ServiceBase {
  /** The institution's device in production: in this process, or a pool. */
  readonly hsm: HsmClient;
  readonly access: HsmAccess;
}

/** Partitions of each topic: as many chunks can be under way at once. */
export const PARTITIONS = 4;

/** @throws EnvironmentError as `openServiceBase`, and where the keys are not where PINFOLD_HSM_URLS points */
export async function openProductionBase(
  context: AppContext,
  needs: ServiceNeeds,
): Promise<ProductionBase> {
  const access = openHsmAccess(context);
  const base = await openServiceBase(context, needs, (institution) => access.require(institution));
  return { ...base, access, hsm: access.of(base.institution, base.keys) };
}

/**
 * `look`: at the institution, before anything is opened beside it.
 *
 * @throws EnvironmentError without DATABASE_URL and KAFKA_BROKERS, or without keys
 */
export async function openServiceBase(
  context: AppContext,
  needs: ServiceNeeds,
  look: (institution: Institution) => Promise<void> = async () => undefined,
): Promise<ServiceBase> {
  const { config, logger, shutdown, health } = context;
  const { databaseUrl, kafkaBrokers } = config;
  if (databaseUrl === null || kafkaBrokers === null) {
    throw new EnvironmentError(
      `${needs.name} as a process of its own needs DATABASE_URL and KAFKA_BROKERS; \`npm start\` runs all in one process without them`,
    );
  }
  // One process for one device: two would write over each other's state.
  const lock = await lockFolder(institutionFolder(config.dataDir, needs.institution), 'device');
  shutdown.add({ phase: 'servers', name: 'device lock', stop: () => lock.release() });
  const institution = Institution.open({
    id: needs.institution,
    dataDir: config.dataDir,
    mode: config.mode,
    selfTestMinutes: config.selfTestMinutes,
    random: randomBytes,
    log: (line) => logger.info(line),
  });
  shutdown.add({ phase: 'servers', name: 'device', stop: () => institution.close() });
  health.add('ready', 'device', () => institution.trouble);
  await look(institution);
  const keys = await institution.openDataKeys();
  const database = await openDatabase(context, databaseUrl.reveal(), needs);
  const brokers = kafkaBrokers.map(({ host, port }) => `${host}:${port}`);
  const bus = await openKafkaBus(context, brokers, needs);
  return { institution, keys, database, bus };
}

async function openDatabase(
  { health, shutdown }: AppContext,
  url: string,
  { name, schema, migrations, poolSize }: ServiceNeeds,
): Promise<Database> {
  // Loaded where they are needed: a device's console has no database and no Kafka.
  const { Database, migrate } = await import('@pinfold/storage');
  await migrate({ url, schema, migrations });
  const applicationName = `pinfold ${name}`;
  const database = await Database.open({ url, schema, poolSize, applicationName });
  shutdown.add({ phase: 'release', name: 'database', stop: () => database.close() });
  health.add('ready', 'database', async () => {
    await database.query('SELECT 1');
  });
  return database;
}

async function openKafkaBus(
  { health, metrics, shutdown, end }: AppContext,
  brokers: readonly string[],
  { name, issuers }: ServiceNeeds,
): Promise<Bus> {
  const { busProgressCheck, exportBusMetrics, KafkaBus } = await import('@pinfold/bus');
  const bus = await KafkaBus.open({ brokers, clientId: name, onFatal: end });
  shutdown.add({ phase: 'release', name: 'bus', stop: () => bus.close() });
  exportBusMetrics(bus, metrics);
  health.add('ready', 'bus', busProgressCheck(bus));
  await bus.ensureTopics(allTopics(issuers), PARTITIONS);
  return bus;
}
