import { inspect } from 'node:util';
import { assertAffected, Database, type Queryable, WHOLE_TABLES } from './database.js';
import type { MigrationList } from './migrations.js';
import { CommitUnknownError } from './retry.js';
import { withTestDatabase } from './testing.js';
import { batch } from './unnest.js';

const database = withTestDatabase();
const MIGRATIONS: MigrationList = [
  {
    name: 'CreateAccount1763750000000',
    up: [
      'CREATE TABLE account (id text PRIMARY KEY, balance_minor bigint NOT NULL CHECK (balance_minor >= 0), note text, data bytea)',
    ],
    asserts: [{ that: 'the table is empty', holds: 'SELECT count(*) = 0 FROM account' }],
  },
];

const accounts = batch({ id: 'text', balanceMinor: 'bigint', note: 'text?', data: 'bytea?' });
let db: Database;
let retries: string[];

beforeAll(async () => {
  db = await database().open({
    schema: 'bank',
    migrations: MIGRATIONS,
    attempts: 4,
    onRetry: (reason) => retries.push(reason),
  });
});

beforeEach(async () => {
  retries = [];
  await db.execute('TRUNCATE account');
});

const put = (id: string, balanceMinor: bigint) =>
  db.execute('INSERT INTO account (id, balance_minor) VALUES ($1, $2)', [id, balanceMinor]);
const balance = async (id: string) =>
  (await db.query<{ b: bigint }>('SELECT balance_minor AS b FROM account WHERE id = $1', [id]))[0]
    ?.b;

describe('queries', () => {
  it('keeps amounts exact beyond 2^53, alone and in arrays', async () => {
    const large = 2n ** 62n + 1n;
    await put('a', large);
    expect(await balance('a')).toBe(large);
    const [row] = await db.query(
      'SELECT array[$1::bigint, NULL, -1] AS list, array[]::bigint[] AS none',
      [large],
    );
    expect(row).toEqual({ list: [large, null, -1n], none: [] });
  });

  it('writes and reads a batch in the shape of its declaration', async () => {
    const rows = [
      {
        id: 'b',
        balanceMinor: 2n,
        note: 'with "quotes", {braces}, \\ and NULL',
        data: Uint8Array.of(0, 255),
      },
      { id: 'a', balanceMinor: -0n, note: null, data: null },
      { id: 'c', balanceMinor: 2n ** 60n, note: 'NULL', data: new Uint8Array(0) },
    ];
    const affected = await db.execute(
      `INSERT INTO account (${accounts.columns}) SELECT * FROM ${accounts.from()}`,
      accounts.values(rows),
    );
    assertAffected({ affected, expected: 3, what: 'insert' });
    const read = await db.query<typeof accounts.row>(
      `SELECT ${accounts.select('t')} FROM account t JOIN ${accounts.fromOrdered()} ON batch.id = t.id ORDER BY ord`,
      accounts.values(rows),
    );
    expect(read.map((row) => ({ ...row, data: row.data && Uint8Array.from(row.data) }))).toEqual(
      rows,
    );
  });

  it('carries every type of column', async () => {
    const all = batch({
      words: 'text',
      id: 'uuid',
      large: 'bigint',
      small: 'integer',
      flag: 'boolean',
      bytes: 'bytea',
      at: 'timestamptz',
      document: 'jsonb?',
    });
    const rows = ['', 'NULL', '{a,b}', '\\', '"', ' é\n\t€', "'"].map((words, i) => ({
      words,
      id: `00000000-0000-4000-8000-00000000000${i}`,
      large: (-1n) ** BigInt(i) * 2n ** 62n,
      small: 1 - i,
      flag: i % 2 === 0,
      bytes: Uint8Array.of(0x5c, 0x22, i, 0xff),
      at: new Date(1_795_000_000_000 + i),
      document: i === 3 ? null : { [`"\\${i}`]: ['{', i] },
    }));
    const read = await db.query<typeof all.row>(
      `SELECT ${all.select('b')} FROM ${all.fromOrdered(1, 'b')} ORDER BY ord`,
      all.values(rows),
    );
    expect(read.map((row) => ({ ...row, bytes: Uint8Array.from(row.bytes) }))).toEqual(rows);
  });

  it('goes by the index however small the table is, except in a report', async () => {
    const sql = 'EXPLAIN SELECT id FROM account WHERE balance_minor >= $1 ORDER BY id';
    const explain = async (on: Queryable) => {
      const lines = await on.query<Record<string, string>>(sql, [0n]);
      return lines.map((line) => Object.values(line)[0]).join('\n');
    };
    expect(await explain(db)).toMatch(/Index.* on account/);
    await db.transaction(async (tx) => {
      await tx.execute(WHOLE_TABLES);
      expect(await explain(tx)).toContain('Seq Scan on account');
    });
    expect(await explain(db)).toMatch(/Index.* on account/);
  });

  it('takes an empty batch', async () => {
    const sql = `INSERT INTO account (${accounts.columns}) SELECT * FROM ${accounts.from()}`;
    expect(await db.execute(sql, accounts.values([]))).toBe(0);
  });

  it('prepares a statement with parameters under a name, once per connection', async () => {
    const names = await db.transaction(async (tx) => {
      await tx.query('SELECT $1::int AS marked_statement', [1]);
      await tx.query('SELECT $1::int AS marked_statement', [2]);
      return tx.query<{ name: string }>(
        "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%marked_statement%' AND statement NOT LIKE '%pg_prep%'",
      );
    });
    expect(names).toHaveLength(1);
    expect(names[0]?.name).toMatch(/^[\w-]{22}$/);
  });

  it('refuses a changed row count as the bug it is', () => {
    expect(() => assertAffected({ affected: 1, expected: 2, what: 'post' })).toThrow(
      'post: 1 rows changed, expected 2',
    );
  });
});

describe('transactions', () => {
  it('rolls back what a failing function wrote', async () => {
    const failing = db.transaction(async (tx) => {
      await tx.execute('INSERT INTO account (id, balance_minor) VALUES ($1, 1)', ['a']);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await balance('a')).toBeUndefined();
    expect(db.load.idle).toBe(db.load.open);
  });

  it('does not pass a rolled-back COMMIT off as success', async () => {
    const ignoring = db.transaction(async (tx) => {
      await put('x', 1n);
      await tx
        .execute('INSERT INTO account (id, balance_minor) VALUES ($1, -1)', ['a'])
        .catch(() => 0);
    });
    await expect(ignoring).rejects.toThrow('a failed statement was ignored');
  });

  it('does not retry a broken constraint', async () => {
    let runs = 0;
    const refused = db.transaction(async (tx) => {
      runs++;
      await tx.execute('INSERT INTO account (id, balance_minor) VALUES ($1, -1)', ['a']);
    });
    await expect(refused).rejects.toMatchObject({ code: '23514' });
    expect(runs).toBe(1);
  });

  it('runs the loser of a serialisation failure again, on fresh data', async () => {
    await put('a', 100n);
    let meet = 0;
    const both = async () => {
      meet++;
      while (meet < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    const spend = () =>
      db.transaction(
        async (tx) => {
          const [row] = await tx.query<{ b: bigint }>(
            'SELECT balance_minor AS b FROM account WHERE id = $1',
            ['a'],
          );
          await both();
          await tx.execute('UPDATE account SET balance_minor = $2 WHERE id = $1', [
            'a',
            row!.b - 30n,
          ]);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([spend(), spend()]);
    expect(await balance('a')).toBe(40n);
    expect(retries).toContain('rolled-back');
  });

  it('resolves a deadlock by running the victim again', async () => {
    await put('a', 10n);
    await put('b', 10n);
    let meet = 0;
    const move = (from: string, to: string) =>
      db.transaction(async (tx) => {
        await tx.execute('UPDATE account SET balance_minor = balance_minor - 1 WHERE id = $1', [
          from,
        ]);
        meet++;
        while (meet < 2) await new Promise((resolve) => setTimeout(resolve, 2));
        await tx.execute('UPDATE account SET balance_minor = balance_minor + 1 WHERE id = $1', [
          to,
        ]);
      });
    await Promise.all([move('a', 'b'), move('b', 'a')]);
    expect([await balance('a'), await balance('b')]).toEqual([10n, 10n]);
    expect(retries).toEqual(['rolled-back']);
  });

  it('gives up after the stated number of attempts', async () => {
    let runs = 0;
    const never = db.transaction(async (tx) => {
      runs++;
      await tx.query("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
    });
    await expect(never).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(4);
  });

  it('runs again when the connection is lost before COMMIT', async () => {
    let runs = 0;
    await db.transaction(async (tx) => {
      runs++;
      await tx.execute('INSERT INTO account (id, balance_minor) VALUES ($1, 1)', ['a']);
      if (runs === 1) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    expect(runs).toBe(2);
    expect(await balance('a')).toBe(1n);
  });

  it('does not run again when the connection is lost during COMMIT: nobody knows whether it was posted', async () => {
    await db.execute(`CREATE OR REPLACE FUNCTION bank.die() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$`);
    await db.execute(`CREATE CONSTRAINT TRIGGER die AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION bank.die()`);
    let runs = 0;
    try {
      await expect(
        db.transaction(async (tx) => {
          runs++;
          await tx.execute('INSERT INTO account (id, balance_minor) VALUES ($1, 1)', ['a']);
        }),
      ).rejects.toThrow(CommitUnknownError);
    } finally {
      await db.execute('DROP TRIGGER die ON account');
    }
    expect(runs).toBe(1);
  });

  it('refuses a query of an ended transaction', async () => {
    const escaped = await db.transaction(async (tx) => tx);
    await expect(escaped.query('SELECT 1')).rejects.toThrow('the transaction has ended');
  });

  it('waits for a connection when all are taken, and never opens more than the pool has', async () => {
    const sleeps = Array.from({ length: 12 }, () => db.query('SELECT pg_sleep(0.02)'));
    await Promise.all(sleeps);
    expect(db.load.open).toBeLessThanOrEqual(4);
  });
});

it('names no password when it cannot connect', async () => {
  const url = 'postgres://someone:hush-hush@127.0.0.1:1/none';
  const error = await Database.open({ url }).catch((caught: Error) => caught);
  expect((error as Error).message).toContain('ECONNREFUSED');
  expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain('hush-hush');
});

it('leaves values out of errors: of duplicates, of wrong forms, of functions', async () => {
  const canary = '4000000000000015';
  await put(canary, 1n);
  const failures: [string, unknown[], string][] = [
    ['INSERT INTO account (id, balance_minor) VALUES ($1, 1)', [canary], '23505'],
    ['SELECT $1::bigint', [`${canary}x`], '22P02'],
    ['SELECT $1::int', [canary], '22003'],
    ['INSERT INTO account (id, balance_minor) VALUES ($1, -1)', [`${canary}0`], '23514'],
  ];
  for (const [sql, params, code] of failures) {
    for (const run of [db.query(sql, params), db.transaction((tx) => tx.query(sql, params))]) {
      const error = await run.then(
        () => undefined,
        (caught: Error) => caught,
      );
      expect(error).toMatchObject({ code });
      expect(inspect(error, { depth: 5, showHidden: true })).not.toContain(canary);
    }
  }
});

describe('the URL’s parameters', () => {
  it('are honoured: a server without TLS is refused when TLS is asked for', async () => {
    await expect(Database.open({ url: `${database().url}?sslmode=verify-full` })).rejects.toThrow(
      'The server does not support SSL connections',
    );
  });

  it('add to the session, and do not take the schema away', async () => {
    const url = `${database().url}?options=${encodeURIComponent('-c search_path=elsewhere -c work_mem=7MB')}`;
    const own = await Database.open({ url, schema: 'bank' });
    try {
      expect(await own.query('SHOW search_path')).toEqual([{ search_path: 'bank' }]);
      expect(await own.query('SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
    } finally {
      await own.close();
    }
  });
});
