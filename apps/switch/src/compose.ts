/** What a separate switch process stands on: its device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { KafkaBus } from '@pinfold/bus';
import { ACQUIRER, ISSUERS, systemClock } from '@pinfold/flows';
import { IDENTITIES, Institution, switchTopology, wireOf } from '@pinfold/institution';
import { allTopics } from '@pinfold/messages';
import { type AppContext, EnvironmentError } from '@pinfold/platform';
import { Database, migrate, PostgresSwitchStore, switchMigrations } from '@pinfold/storage';
import { switchSetUp } from './set-up.js';
import { type RunningSwitch, startSwitch } from './start-switch.js';
import { SwitchMetrics } from './switch-metrics.js';

const PARTITIONS = 4;
const POOL_SIZE = 4;
const SCHEMA = 'switch';

/** Starts the switch; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeSwitch(context: AppContext): Promise<RunningSwitch> {
  const { config, logger, metrics, health, shutdown, end } = context;
  const { databaseUrl, kafkaBrokers } = config;
  if (databaseUrl === null || kafkaBrokers === null) {
    throw new EnvironmentError(
      'a switch of its own needs DATABASE_URL and KAFKA_BROKERS; `npm start` runs all in one process without them',
    );
  }
  const institution = Institution.open({
    id: ACQUIRER.id,
    dataDir: config.dataDir,
    mode: config.mode,
    random: randomBytes,
    log: (line) => logger.info(line),
  });
  shutdown.add({ phase: 'servers', name: 'device', stop: () => institution.close() });

  const url = databaseUrl.reveal();
  await migrate({ url, schema: SCHEMA, migrations: switchMigrations });
  const database = await Database.open({
    url,
    schema: SCHEMA,
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
  const wire = wireOf(keys, switchTopology(issuers));
  const { vault } = keys;
  const running = await startSwitch(bus, {
    setUp: switchSetUp(config.mode),
    store: new PostgresSwitchStore(database, {
      seal: (pan) => vault.seal(pan),
      open: (sealed) => vault.open(sealed),
      indexOf: (pan) => wire.indexOf(pan),
    }),
    hsm: institution.as(IDENTITIES.production),
    wire,
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics),
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return running;
}
