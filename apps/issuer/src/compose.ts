/** What a separate issuer process stands on: its device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { KafkaBus } from '@pinfold/bus';
import { type IssuerFacts, systemClock } from '@pinfold/flows';
import { IDENTITIES, Institution, issuerTopology, wireOf } from '@pinfold/institution';
import { allTopics } from '@pinfold/messages';
import { type AppContext, EnvironmentError } from '@pinfold/platform';
import { Database, issuerMigrations, migrate, PostgresIssuerStore } from '@pinfold/storage';
import { IssuerMetrics } from './issuer-metrics.js';
import { issuerSchema, issuerSettings } from './settings.js';
import { type RunningIssuer, startIssuer } from './start-issuer.js';

const PARTITIONS = 4;
const POOL_SIZE = 4;

/** Starts the issuer; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeIssuer(
  context: AppContext,
  facts: IssuerFacts,
): Promise<RunningIssuer> {
  const { config, logger, metrics, health, shutdown, end } = context;
  const { databaseUrl, kafkaBrokers } = config;
  if (databaseUrl === null || kafkaBrokers === null) {
    throw new EnvironmentError(
      'an issuer of its own needs DATABASE_URL and KAFKA_BROKERS; `npm start` runs all in one process without them',
    );
  }
  const institution = Institution.open({
    id: facts.id,
    dataDir: config.dataDir,
    mode: config.mode,
    random: randomBytes,
    log: (line) => logger.info(line),
  });
  shutdown.add({ phase: 'servers', name: 'device', stop: () => institution.close() });

  const schema = issuerSchema(facts.id);
  const url = databaseUrl.reveal();
  await migrate({ url, schema, migrations: issuerMigrations });
  const applicationName = `pinfold ${facts.id}`;
  const database = await Database.open({ url, schema, poolSize: POOL_SIZE, applicationName });
  shutdown.add({ phase: 'release', name: 'database', stop: () => database.close() });
  health.add('ready', 'database', () => database.query('SELECT 1').then(() => undefined));

  const bus = await KafkaBus.open({
    brokers: kafkaBrokers.map(({ host, port }) => `${host}:${port}`),
    clientId: facts.id,
    onFatal: end,
  });
  shutdown.add({ phase: 'release', name: 'bus', stop: () => bus.close() });
  await bus.ensureTopics(allTopics([facts.id]), PARTITIONS);

  const keys = await institution.openDataKeys();
  const { named } = institution.provisioned;
  const issuer = await startIssuer(bus, {
    settings: issuerSettings(facts, { pvk: named.pvk!, zck: named[`zck.${facts.id}`]! }),
    store: new PostgresIssuerStore(database, systemClock),
    hsm: institution.as(IDENTITIES.production),
    wire: wireOf(keys, issuerTopology(facts.id)),
    takeDataKey: (version, key) => {
      if (!keys.sealer.has(facts.id, version)) keys.sealer.add({ link: facts.id, version, key });
    },
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new IssuerMetrics(metrics, [facts.id]),
  });
  shutdown.add({ phase: 'drain', name: 'issuer', stop: () => issuer.stop() });
  return issuer;
}
