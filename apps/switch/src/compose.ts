/** What a separate switch process stands on: the acquirer's device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { KafkaBus } from '@pinfold/bus';
import { ACQUIRER, ISSUERS, systemClock } from '@pinfold/flows';
import {
  IDENTITIES,
  Institution,
  type OpenedKeys,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import { allTopics } from '@pinfold/messages';
import { type AppContext, EnvironmentError } from '@pinfold/platform';
import {
  Database,
  migrate,
  type PanKeeper,
  PostgresSwitchStore,
  switchMigrations,
} from '@pinfold/storage';
import { SWITCH_SCHEMA, switchOptions } from './settings.js';
import { type RunningSwitch, startSwitch } from './start-switch.js';
import { SwitchMetrics } from './switch-metrics.js';

const PARTITIONS = 4;
const POOL_SIZE = 6;

/** Starts the switch; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeSwitch(context: AppContext): Promise<RunningSwitch> {
  const { config, logger, metrics, health, shutdown, end } = context;
  const { databaseUrl, kafkaBrokers, mode } = config;
  if (databaseUrl === null || kafkaBrokers === null) {
    throw new EnvironmentError(
      'a switch of its own needs DATABASE_URL and KAFKA_BROKERS; `npm start` runs all in one process without them',
    );
  }
  const institution = Institution.open({
    id: ACQUIRER.id,
    dataDir: config.dataDir,
    mode,
    random: randomBytes,
    log: (line) => logger.info(line),
  });
  shutdown.add({ phase: 'servers', name: 'device', stop: () => institution.close() });

  const url = databaseUrl.reveal();
  await migrate({ url, schema: SWITCH_SCHEMA, migrations: switchMigrations });
  const database = await Database.open({
    url,
    schema: SWITCH_SCHEMA,
    poolSize: POOL_SIZE,
    applicationName: 'pinfold switch',
  });
  shutdown.add({ phase: 'release', name: 'database', stop: () => database.close() });
  health.add('ready', 'database', () => database.query('SELECT 1').then(() => undefined));

  const bus = await KafkaBus.open({
    brokers: kafkaBrokers.map(({ host, port }) => `${host}:${port}`),
    clientId: 'switch',
    onFatal: end,
  });
  shutdown.add({ phase: 'release', name: 'bus', stop: () => bus.close() });
  const issuers = ISSUERS.map(({ id }) => id);
  await bus.ensureTopics(allTopics(issuers), PARTITIONS);

  const keys = await institution.openDataKeys();
  const running = await startSwitch(bus, {
    settings: switchOptions({ mode }),
    store: new PostgresSwitchStore(database, panKeeper(keys)),
    hsm: institution.as(IDENTITIES.production),
    wire: wireOf(keys, switchTopology(issuers)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics, issuers),
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return running;
}

/** How the switch's tables keep card numbers: sealed in the acquirer's vault, found by keyed hash. */
export function panKeeper(keys: OpenedKeys): PanKeeper {
  const wire = wireOf(keys, switchTopology([]));
  return {
    seal: (pan) => keys.vault.seal(pan),
    open: (sealed) => keys.vault.open(sealed),
    indexOf: (pan) => wire.indexOf(pan),
  };
}
