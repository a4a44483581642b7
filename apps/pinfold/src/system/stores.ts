/** The stores of the network on PostgreSQL: one schema a node, brought up to date when opened. */
import { FLEET, systemClock } from '@pinfold/flows';
import type { OpenedKeys } from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import {
  atmMigrations,
  Database,
  issuerMigrations,
  type MigrationList,
  migrate,
  PostgresAtmStore,
  PostgresIssuerStore,
  PostgresSwitchStore,
  switchMigrations,
} from '@pinfold/storage';
import { issuerSchema } from '../../../issuer/src/index.js';
import { panKeeper, SWITCH_SCHEMA } from '../../../switch/src/index.js';

/** Connections per node: chunks of one node follow one another; ticks and queries run beside them. */
const POOL_SIZE = 4;

export type OpenDatabase = (schema: string, migrations: MigrationList) => Promise<Database>;

/** Opens schemas of one server; each is closed by the shutdown and checked by `ready`. */
export function databaseOpener(context: AppContext, url: string): OpenDatabase {
  const { health, shutdown } = context;
  return async (schema, migrations) => {
    await migrate({ url, schema, migrations });
    const applicationName = `pinfold ${schema}`;
    const database = await Database.open({ url, schema, poolSize: POOL_SIZE, applicationName });
    shutdown.add({ phase: 'release', name: `database ${schema}`, stop: () => database.close() });
    health.add('ready', `database ${schema}`, async () => {
      await database.query('SELECT 1');
    });
    return database;
  };
}

export async function openAtmStore(open: OpenDatabase): Promise<PostgresAtmStore> {
  return new PostgresAtmStore(await open('atm', atmMigrations), FLEET.id);
}

export async function openSwitchStore(
  open: OpenDatabase,
  keys: OpenedKeys,
): Promise<PostgresSwitchStore> {
  return new PostgresSwitchStore(await open(SWITCH_SCHEMA, switchMigrations), panKeeper(keys));
}

export interface OpenedIssuerStore {
  readonly store: PostgresIssuerStore;
  readonly database: Database;
}

export async function openIssuerStore(
  open: OpenDatabase,
  issuer: string,
): Promise<OpenedIssuerStore> {
  const database = await open(issuerSchema(issuer), issuerMigrations);
  return { store: new PostgresIssuerStore(database, systemClock), database };
}
