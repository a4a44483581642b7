/** What a separate issuer process stands on: its device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { type IssuerFacts, systemClock } from '@pinfold/flows';
import { issuerTokens, issuerTopology, openProductionBase, wireOf } from '@pinfold/institution';
import { type AppContext } from '@pinfold/platform';
import { issuerMigrations, PostgresIssuerStore } from '@pinfold/storage';
import { IssuerMetrics } from './issuer-metrics.js';
import { issuerSchema, issuerSettings } from './settings.js';
import { type RunningIssuer, startIssuer } from './start-issuer.js';

const POOL_SIZE = 4;

/** Starts the issuer; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeIssuer(
  context: AppContext,
  facts: IssuerFacts,
): Promise<RunningIssuer> {
  const { logger, metrics, shutdown } = context;
  const { institution, hsm, keys, database, bus } = await openProductionBase(context, {
    name: facts.id,
    institution: facts.id,
    schema: issuerSchema(facts.id),
    migrations: issuerMigrations,
    poolSize: POOL_SIZE,
    issuers: [facts.id],
  });
  const issuer = await startIssuer(bus, {
    settings: issuerSettings(facts, issuerTokens(institution.provisioned, facts.id)),
    store: new PostgresIssuerStore(database, systemClock),
    hsm,
    wire: wireOf(keys, issuerTopology(facts.id)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new IssuerMetrics(metrics, [facts.id]),
  });
  shutdown.add({ phase: 'drain', name: 'issuer', stop: () => issuer.stop() });
  return issuer;
}
