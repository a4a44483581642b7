/**
 * A real PostgreSQL for specs. One embedded server per Jest run, shared by its workers; one database
 * per spec file, dropped after it. With DATABASE_URL that server is used instead (its role needs
 * CREATEDB). Not part of the library's exports: specs import this file.
 *
 *   const database = withTestDatabase();
 *   it('…', async () => { const db = await database().open({ schema: 'switch', migrations }); … });
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTicks } from '@pinfold/platform';
import pg from 'pg';
import { Database, type DatabaseOptions } from './database.js';
import { startEmbeddedPostgres } from './embedded/server.js';
import { THROWAWAY_SETTINGS } from './embedded/settings.js';
import { type MigrationList, migrate } from './migrations.js';

export interface TestDatabase {
  readonly url: string;
  /** Migrates the schema and opens it; closed with the database. Several schemas and handles are fine. */
  open(
    options: { schema: string; migrations: MigrationList } & Partial<DatabaseOptions>,
  ): Promise<Database>;
  drop(): Promise<void>;
}

/** Registers the making and dropping of one database for this spec file; call at its top level. */
export function withTestDatabase(): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  }, 120_000);
  afterAll(() => database?.drop());
  return () => {
    if (database === undefined) throw new Error('the test database exists only while tests run');
    return database;
  };
}

/** An empty database of its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL ?? (await sharedServerUrl());
  const name = `pinfold_test_${randomBytes(8).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const at = new URL(server);
  at.pathname = `/${name}`;
  const opened: Database[] = [];
  return {
    url: at.href,
    open: async ({ migrations, ...options }) => {
      await migrate({ url: at.href, schema: options.schema, migrations });
      const database = await Database.open({ url: at.href, poolSize: 4, ...options });
      opened.push(database);
      return database;
    },
    drop: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'pinfold test' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const START_TIMEOUT_MS = 90_000;

/** Starts the run's server, or waits for the worker that does. Whoever makes the folder starts it. */
async function sharedServerUrl(): Promise<string> {
  const run = process.send === undefined ? process.pid : process.ppid;
  const folder = join(tmpdir(), `pinfold-test-${run}-${startTicks(run) ?? 0}`);
  const ready = join(folder, 'ready');
  const mine = await mkdir(folder, { mode: 0o711 }).then(
    () => true,
    () => false,
  );
  if (mine) {
    const outcome = await start(run, folder).catch((error: Error) => `failed ${error.message}`);
    await writeFile(`${ready}.new`, outcome, { mode: 0o600 });
    await rename(`${ready}.new`, ready);
  }
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const outcome = await readFile(ready, 'utf8').catch(() => null);
    if (outcome?.startsWith('failed ')) throw new Error(outcome.slice(7));
    if (outcome !== null) return outcome;
    await sleep(20);
  }
  throw new Error(`the test server in ${folder} was not ready in ${START_TIMEOUT_MS / 1000} s`);
}

/** Waits for the end of a run, however it ends, then ends the server and removes its folder. */
const SWEEPER = `
const [run, server, folder] = process.argv.slice(1);
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
setInterval(() => {
  if (alive(Number(run))) return;
  try { process.kill(Number(server), 'SIGQUIT'); } catch {}
  setTimeout(() => {
    require('node:fs').rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  }, 500);
}, 300);
`;

async function start(run: number, folder: string): Promise<string> {
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: () => undefined,
    settings: THROWAWAY_SETTINGS,
  });
  spawn(process.execPath, ['-e', SWEEPER, String(run), String(server.pid), folder], {
    detached: true,
    stdio: 'ignore',
    env: {},
  }).unref();
  return server.url;
}
