/**
 * Schema changes: each node has a list of migrations, applied in order into a schema whose name is
 * given (`switch`, `issuer_bank_a`). TypeORM keeps the record (table `migrations` of that schema) and
 * one transaction per migration; an advisory lock lets one program migrate while others wait.
 *
 * Every migration brings its own assertions, run in the same transaction after its statements: facts
 * that must hold, and statements that must be refused. One that fails undoes the migration.
 * Forward only: there is no down.
 */
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { assertSchemaName } from './database.js';
import { QuietLogger } from './quiet-logger.js';
import { sqlState } from './retry.js';

export type Assertion =
  /** A query of one row and one boolean column that must be true. */
  | { readonly that: string; readonly holds: string }
  /** Statements of which the last must fail with this SQLSTATE (23514 check, 23505 unique, 23503 foreign key, P0001 raise). */
  | {
      readonly that: string;
      readonly refuses: string | readonly string[];
      readonly sqlState: string;
    };

export interface Migration {
  /** Words, then the time of writing in ms since the epoch: `CreateLedger1763750000000`. */
  readonly name: string;
  /** Statements, in order. The schema is the search path: names stay unqualified. */
  readonly up: readonly string[];
  readonly asserts: readonly Assertion[];
}
export type MigrationList = readonly Migration[];

/** TypeORM migration classes for one schema. */
export function migrationClasses(list: MigrationList): (new () => MigrationInterface)[] {
  return list.map((migration) => {
    if (!/^[A-Z][A-Za-z0-9]*[a-z]\d{13}$/.test(migration.name)) {
      throw new Error(`migration ${migration.name}: name it Words followed by 13 digits of time`);
    }
    return class implements MigrationInterface {
      readonly name = migration.name;
      async up(runner: QueryRunner): Promise<void> {
        for (const statement of migration.up) await runner.query(statement);
        for (const assertion of migration.asserts) await check(runner, migration.name, assertion);
      }
      async down(): Promise<void> {
        throw new Error(`migration ${migration.name} has no way back`);
      }
    };
  });
}

async function check(runner: QueryRunner, name: string, assertion: Assertion): Promise<void> {
  const failed = (why: string) => new Error(`migration ${name}: ${assertion.that}: ${why}`);
  if ('holds' in assertion) {
    const rows: Record<string, unknown>[] = await runner.query(assertion.holds);
    if (Object.values(rows[0] ?? {})[0] !== true) throw failed('does not hold');
    return;
  }
  const statements = [assertion.refuses].flat();
  await runner.query('SAVEPOINT assertion');
  let state: string | undefined;
  try {
    for (const statement of statements) await runner.query(statement);
    // Deferred constraints speak only now.
    await runner.query('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (error) {
    state = sqlState(error) ?? sqlState((error as { driverError?: unknown }).driverError) ?? 'none';
  }
  await runner.query('ROLLBACK TO SAVEPOINT assertion');
  if (state === undefined) throw failed('was not refused');
  if (state !== assertion.sqlState)
    throw failed(`refused with ${state}, not ${assertion.sqlState}`);
}

export interface MigrateOptions {
  readonly url: string;
  readonly schema: string;
  readonly migrations: MigrationList;
  /** How long to wait for another program that migrates. Default 60 s. */
  readonly lockTimeoutMs?: number;
}

/**
 * Brings a schema up to date, creating it if needed; returns the names that ran.
 * Throws when the schema holds a migration that this program does not know: it is older than its data.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const schema = assertSchemaName(options.schema);
  const lock = new pg.Client({
    connectionString: options.url,
    application_name: 'pinfold migrate',
  });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query(`SET lock_timeout = ${options.lockTimeoutMs ?? 60_000}`);
    await lock.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`pinfold:${schema}`]);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return await runMigrations(options.url, schema, options.migrations);
  } finally {
    await lock.end();
  }
}

async function runMigrations(url: string, schema: string, list: MigrationList): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    synchronize: false,
    logging: false,
    logger: new QuietLogger(),
    poolSize: 1,
    applicationName: 'pinfold migrate',
    installExtensions: false,
    migrations: migrationClasses(list),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    extra: { options: `-c search_path=${schema} -c timezone=UTC` },
  });
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    const rows: { name: string }[] = await dataSource.query('SELECT name FROM migrations');
    const known = new Set<string>(list.map((migration) => migration.name));
    const foreign = rows.find((row) => !known.has(row.name));
    if (foreign !== undefined) {
      throw new Error(
        `schema ${schema} has migration ${foreign.name}, which this program does not know: use the newer program`,
      );
    }
    return ran.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
