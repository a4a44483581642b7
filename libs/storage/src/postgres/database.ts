/**
 * The one way to PostgreSQL: a TypeORM DataSource (migrations, entities where wanted) and, for the
 * hot path, its pool's raw `pg` clients with named prepared statements.
 *
 * A Database belongs to one schema: its connections have that schema as search path, so a store's SQL
 * names no schema and serves `issuer_bank_a` and `issuer_bank_b` alike.
 */
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { QuietLogger } from './quiet-logger.js';
import { backoffMs, CommitUnknownError, retryReason } from './retry.js';
import { withoutValues } from './safe-error.js';
import { typeParsers } from './types.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Search path of every connection; `public` when absent. */
  readonly schema?: string;
  /** Connections at most; further callers wait. Default 8. */
  readonly poolSize?: number;
  /** What `pg_stat_activity` shows; names the service. */
  readonly applicationName?: string;
  /** A statement that runs longer is cancelled by the server (57014). Default 30 s. */
  readonly statementTimeoutMs?: number;
  /** Waiting for a connection longer than this fails. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Attempts of a transaction, the first included. Default 8. */
  readonly attempts?: number;
  /** TypeORM entities, for the parts that use a repository. */
  readonly entities?: readonly (EntitySchema | (abstract new () => unknown))[];
  /** Told of each repeated transaction, for a counter. */
  readonly onRetry?: (reason: 'rolled-back' | 'unreachable') => void;
}

export type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** What a store needs: inside a transaction and outside alike. */
export interface Queryable {
  /** Rows of one statement. With parameters it is prepared once per connection under a name. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Rows affected by one statement. */
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
}
/** One open transaction; unusable after `fn` of `transaction` has ended. */
export type Transaction = Queryable;

/** Prepared statement names kept; texts beyond that run unnamed, so a generated text cannot fill a server. */
const NAMED_STATEMENTS_MAX = 1_000;
const statementNames = new Map<string, string>();

function statementName(sql: string): string | undefined {
  const known = statementNames.get(sql);
  if (known !== undefined) return known;
  if (statementNames.size >= NAMED_STATEMENTS_MAX) return undefined;
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
  statementNames.set(sql, name);
  return name;
}

async function run(
  client: pg.ClientBase,
  sql: string,
  params?: readonly unknown[],
): Promise<pg.QueryResult> {
  try {
    if (params === undefined) return await client.query(sql);
    const config = { text: sql, values: params as unknown[] };
    const name = statementName(sql);
    return await client.query(name === undefined ? config : { ...config, name });
  } catch (error) {
    throw withoutValues(error);
  }
}

export class Database implements Queryable {
  private closed = false;

  private constructor(
    readonly dataSource: DataSource,
    private readonly pool: pg.Pool,
    private readonly options: DatabaseOptions,
  ) {}

  /** Connects (one connection is tried at once) or throws what `pg` says; the message has no password. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, options: sessionOptions } = connection(options);
    const dataSource = new DataSource({
      type: 'postgres',
      url,
      schema: options.schema ?? 'public',
      synchronize: false,
      logging: false,
      logger: new QuietLogger(),
      poolSize: options.poolSize ?? 8,
      applicationName: options.applicationName ?? 'pinfold',
      connectTimeoutMS: options.connectTimeoutMs ?? 10_000,
      entities: [...(options.entities ?? [])] as never[],
      installExtensions: false,
      extra: {
        types: typeParsers,
        options: sessionOptions,
        keepAlive: true,
        idleTimeoutMillis: 0,
        // BEGIN travels with the first statement instead of waiting for an answer of its own.
        pipeline: true,
      },
    });
    await dataSource.initialize();
    const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    return new Database(dataSource, pool, options);
  }

  get schema(): string {
    return this.options.schema ?? 'public';
  }

  /** Connections now: open in all, idle, and callers waiting for one. */
  get load(): { open: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  async query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]) {
    return this.withClient(async (client) => (await run(client, sql, params)).rows as Row[]);
  }

  async execute(sql: string, params?: readonly unknown[]): Promise<number> {
    return this.withClient(async (client) => (await run(client, sql, params)).rowCount ?? 0);
  }

  /**
   * Runs `fn` in one transaction and commits, or rolls back and rethrows. Serialisation failures,
   * deadlocks and connections lost before COMMIT run `fn` again, up to `attempts` times with growing
   * pauses: `fn` must have no effect outside the transaction. A connection lost during COMMIT throws
   * CommitUnknownError.
   */
  async transaction<T>(
    fn: (tx: Transaction) => Promise<T>,
    { isolation = 'READ COMMITTED' as IsolationLevel } = {},
  ): Promise<T> {
    const attempts = this.options.attempts ?? 8;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.withClient((client) => once(client, fn, isolation));
      } catch (error) {
        const reason = error instanceof CommitUnknownError ? undefined : retryReason(error);
        if (reason === undefined || attempt >= attempts || this.closed) throw error;
        this.options.onRetry?.(reason);
        await sleep(backoffMs(reason === 'unreachable' ? attempt + 4 : attempt));
      }
    }
  }

  /** Waits for connections in use to come back, then closes all. Twice is harmless. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.dataSource.destroy();
  }

  private async withClient<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let lost: Error | undefined;
    const onError = (error: Error) => {
      lost = error;
    };
    client.on('error', onError);
    try {
      return await fn(client);
    } catch (error) {
      if (retryReason(error) === 'unreachable' || error instanceof CommitUnknownError) {
        lost ??= error as Error;
      }
      throw error;
    } finally {
      client.off('error', onError);
      client.release(lost ?? false);
    }
  }
}

/** What is written until the end of this turn leaves in one system call, and arrives as one packet. */
function inOneWrite<T>(client: pg.PoolClient, write: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  return write();
}

/** One attempt. A failed ROLLBACK means that the connection is gone, and the transaction with it. */
async function once<T>(
  client: pg.PoolClient,
  fn: (tx: Transaction) => Promise<T>,
  isolation: IsolationLevel,
): Promise<T> {
  let open = true;
  const guard = () => {
    if (!open) throw new Error('the transaction has ended: a query was not awaited inside it');
  };
  const tx: Transaction = {
    query: async <Row>(sql: string, params?: readonly unknown[]) => {
      guard();
      return (await run(client, sql, params)).rows as Row[];
    },
    execute: async (sql, params) => {
      guard();
      return (await run(client, sql, params)).rowCount ?? 0;
    },
  };
  const begun = inOneWrite(client, () =>
    client.query(isolation === 'READ COMMITTED' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`),
  );
  begun.catch(() => undefined);
  let value: T;
  try {
    value = await fn(tx);
    open = false;
    await begun;
  } catch (error) {
    open = false;
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  try {
    const { command } = await client.query('COMMIT');
    // COMMIT of a failed transaction is answered ROLLBACK: `fn` swallowed an error.
    if (command !== 'COMMIT')
      throw new Error('the transaction was rolled back: a failed statement was ignored');
    return value;
  } catch (error) {
    throw retryReason(error) === 'unreachable'
      ? new CommitUnknownError(error)
      : withoutValues(error);
  }
}

/**
 * Statements go by indexes and nothing else. A plan is cached per connection, often while its tables are
 * still small, when reading a table from end to end looks cheapest; it then lives on while they grow by
 * thousands of rows a second. A report over whole tables begins with `WHOLE_TABLES`.
 */
const BY_INDEX = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};

/** For one transaction: whatever plan is cheapest over whole tables. */
export const WHOLE_TABLES = Object.entries(BY_INDEX)
  .filter(([name, value]) => name.startsWith('enable_') && value === 'off')
  .map(([name]) => `SET LOCAL ${name} = on`)
  .join('; ');

/**
 * Session settings of a Database; `options` of the URL come first, so that they may add but not take the
 * schema away. `pg` would let the URL's replace ours, so they leave the URL.
 */
function connection(given: DatabaseOptions): { url: string; options: string } {
  const settings = {
    search_path: given.schema === undefined ? 'public' : assertSchemaName(given.schema),
    statement_timeout: String(given.statementTimeoutMs ?? 30_000),
    idle_in_transaction_session_timeout: '60000',
    timezone: 'UTC',
    ...BY_INDEX,
  };
  const own = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const url = new URL(given.url);
  const theirs = url.searchParams.getAll('options');
  url.searchParams.delete('options');
  return {
    url: theirs.length === 0 ? given.url : url.href,
    options: [...theirs, ...own].join(' '),
  };
}

/** A schema name that needs no quoting; throws otherwise. */
export function assertSchemaName(schema: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) {
    throw new Error('a schema name is lower-case letters, digits and _, starting with a letter');
  }
  return schema;
}

/** Throws (a bug, not an outcome) when a statement changed another number of rows than it must. */
export function assertAffected(o: { affected: number; expected: number; what: string }): void {
  if (o.affected !== o.expected) {
    throw new Error(`${o.what}: ${o.affected} rows changed, expected ${o.expected}`);
  }
}
