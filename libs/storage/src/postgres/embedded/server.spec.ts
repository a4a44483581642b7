import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type ChildProgram,
  runChildProgram,
} from '../../../../platform/src/testing/child-program.js';
import { Database } from '../database.js';
import { readPostmaster } from './postmaster.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './server.js';

/** Two folders serve all tests in turn: creating a cluster is the slow part. */
let base: string;
let dataDir: string;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const running: EmbeddedPostgres[] = [];
const children: ChildProgram[] = [];

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'pinfold-embedded-'));
  dataDir = join(base, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
  await Promise.all(running.splice(0).map((server) => server.stop()));
  lines.length = 0;
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function begin(folder = dataDir): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, log });
  running.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map(
      (row) => Object.values(row)[0],
    );
  } finally {
    await client.end();
  }
}

/** A program with the server, one committed row, and one transaction left open. */
const PROGRAM = `
  import { startEmbeddedPostgres, Database } from '@pinfold/storage';
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], log: () => {} });
  const db = await Database.open({ url: server.url });
  await db.execute('CREATE TABLE IF NOT EXISTS survivor (id text PRIMARY KEY)');
  await db.execute('INSERT INTO survivor VALUES ($1)', [process.argv[3]]);
  console.log('server ' + server.pid);
  db.transaction(async (tx) => {
    await tx.execute('INSERT INTO survivor VALUES ($1)', ['open ' + process.argv[3]]);
    console.log('inside');
    await tx.query('SELECT pg_sleep(60)');
  }).catch(() => {});
`;

async function runProgram(mark: string): Promise<{ child: ChildProgram; server: number }> {
  const child = runChildProgram(PROGRAM, { args: [dataDir, mark] });
  children.push(child);
  const server = Number(await child.line('server '));
  await child.line('inside');
  return { child, server };
}

describe('embedded PostgreSQL', () => {
  it('is created on first start: durable, on the loopback address, behind a password of its own', async () => {
    const server = await begin();
    expect(server.origin).toBe('created');
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums']) {
      expect([setting, await ask(server.url, `SHOW ${setting}`)]).toEqual([setting, ['on']]);
    }
    expect(await ask(server.url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const password = new URL(server.url).password;
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(`${lines.join()}${server.psql}`).not.toContain(password);
  }, 60_000);

  it('stops with the program and is found again with its data', async () => {
    const first = await begin();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    await first.stop();
    await expect(ask(first.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const second = await begin();
    expect(second.origin).toBe('started');
    expect(await ask(second.url, 'SELECT n FROM kept')).toEqual([42]);
  });

  it('refuses a second program on the data folder and names the first', async () => {
    const { child } = await runProgram('refused');
    await expect(begin()).rejects.toThrow(
      new RegExp(`data folder ${dataDir} is in use by process ${child.pid} \\(`),
    );
    expect(await ask(await urlFromFiles(), "SELECT id FROM survivor WHERE id = 'refused'")).toEqual(
      ['refused'],
    );
    await killBoth(child);
  });

  it('is taken over after a kill -9 of the program: the committed is there, the open is undone', async () => {
    const { child, server: pid } = await runProgram('taken');
    child.process.kill('SIGKILL');
    await child.ended;
    const server = await begin();
    expect([server.origin, server.pid]).toEqual(['taken-over', pid]);
    expect(await ask(server.url, "SELECT id FROM survivor WHERE id LIKE '%taken'")).toEqual([
      'taken',
    ]);
    expect(
      await ask(
        server.url,
        "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' OR state LIKE 'idle in%'",
      ),
    ).toEqual([0]);
    await server.stop();
    expect(await readPostmaster(join(dataDir, 'postgres'))).toBeNull();
  });

  it('recovers after a kill -9 of program and server', async () => {
    const { child } = await runProgram('killed');
    await killBoth(child);
    const server = await begin();
    expect(server.origin).toBe('started');
    expect(await ask(server.url, "SELECT id FROM survivor WHERE id LIKE '%killed'")).toEqual([
      'killed',
    ]);
  });

  it.each([
    ['another program', ['sleep', '60']],
    ['a program that looks like one', ['bash', '-c', 'exec -a postgres sleep 60']],
  ])('does not take %s with the number of a dead server for it', async (_, [command, ...args]) => {
    const other = spawn(command as string, args);
    const epoch = Math.floor(Date.now() / 1000) - 1_000;
    await writeFile(
      join(dataDir, 'postgres/postmaster.pid'),
      [other.pid, join(dataDir, 'postgres'), epoch, 5999, '', '127.0.0.1', '', 'ready', ''].join(
        '\n',
      ),
    );
    try {
      expect((await begin()).origin).toBe('started');
      expect(other.exitCode).toBeNull();
    } finally {
      other.kill();
    }
  });

  it('starts a killed server again on the same port, and a waiting transaction goes on', async () => {
    const server = await begin();
    const { port, pid } = server;
    const db = await Database.open({ url: server.url, attempts: 12 });
    await db.execute('CREATE TABLE IF NOT EXISTS again (n int)');
    process.kill(pid, 'SIGKILL');
    let acknowledged = 0;
    let unknown = 0;
    while (server.pid === pid) {
      await db
        .transaction((tx) => tx.execute('INSERT INTO again VALUES ($1)', [1]))
        .then(() => acknowledged++)
        .catch((error: Error) => {
          if (error.name !== 'CommitUnknownError') throw error;
          unknown++;
        });
    }
    const [row] = await db.transaction((tx) =>
      tx.query<{ n: bigint }>('SELECT count(*) AS n FROM again'),
    );
    expect(acknowledged).toBeGreaterThan(0);
    expect(Number(row?.n)).toBeGreaterThanOrEqual(acknowledged);
    expect(Number(row?.n)).toBeLessThanOrEqual(acknowledged + unknown);
    await db.close();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(lines).toContainEqual(expect.stringContaining('ended unexpectedly'));
  });

  it('gives up a server that ends again and again, and says so once', async () => {
    const lost: string[] = [];
    const server = await startEmbeddedPostgres({
      dataDir,
      log,
      restartsMax: 1,
      onLost: (error) => lost.push(error.message),
    });
    running.push(server);
    for (let kills = 0; kills < 2; kills++) {
      const { pid } = server;
      process.kill(pid, 'SIGKILL');
      while (server.pid === pid && lost.length === 0) await sleep(10);
    }
    expect(lost).toEqual([expect.stringContaining('PostgreSQL ended 2 times in ten minutes')]);
    expect(lines.filter((line) => line.startsWith('PostgreSQL recovered'))).toHaveLength(1);
  });

  it('refuses a running server that does not take our password, and a cluster without one', async () => {
    const file = join(dataDir, 'postgres.password');
    const { child, server } = await runProgram('foreign');
    child.process.kill('SIGKILL');
    await child.ended;
    const password = await readFile(file, 'utf8');
    await writeFile(file, 'another\n');
    await expect(begin()).rejects.toThrow(`a PostgreSQL (process ${server}) runs in`);
    await rename(file, `${file}.away`);
    await expect(begin()).rejects.toThrow(
      `${file}, the password of the embedded database, cannot be read`,
    );
    await writeFile(file, password, { mode: 0o600 });
    expect((await begin()).origin).toBe('taken-over');
  });

  it.each([
    ['named by its path where its account can enter', 0o755],
    ['entered by us first where it cannot', 0o700],
  ])('works in a folder %s', async (_, mode) => {
    await chmod(base, 0o755);
    await chmod(dataDir, mode);
    const server = await begin();
    const command = await readFile(`/proc/${server.pid}/cmdline`, 'utf8').catch(() => null);
    if (command !== null && process.getuid?.() === 0) {
      const named = mode === 0o755 ? join(dataDir, 'postgres') : '/proc/self/cwd';
      expect(command.split('\0')[2]).toBe(named);
    }
    expect(await ask(server.url, 'SELECT 1')).toEqual([1]);
  });

  it('puts a half-made cluster aside, also below a folder that its account cannot enter', async () => {
    const closed = join(base, 'closed');
    await mkdir(join(closed, 'data/postgres.new/base'), { recursive: true });
    await chmod(closed, 0o700);
    const server = await begin(join(closed, 'data'));
    expect(server.origin).toBe('created');
    expect(await ask(server.url, 'SELECT 1')).toEqual([1]);
    await server.stop();
    expect((await begin(join(closed, 'data'))).origin).toBe('started');
  }, 60_000);
});

async function urlFromFiles(): Promise<string> {
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  const { port } = (await readPostmaster(join(dataDir, 'postgres')))!;
  return `postgres://pinfold:${password}@127.0.0.1:${port}/pinfold`;
}

async function killBoth(child: ChildProgram): Promise<void> {
  const server = await readPostmaster(join(dataDir, 'postgres'));
  child.process.kill('SIGKILL');
  process.kill(server!.pid, 'SIGKILL');
  await child.ended;
  await sleep(1);
}
