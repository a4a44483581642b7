/** First contact with a server: does it take our password, and is its database there. */
import pg from 'pg';
import { sqlState } from '../retry.js';
import { SERVER_DATABASE } from './settings.js';

async function connect(url: string, database: string): Promise<pg.Client> {
  const at = new URL(url);
  at.pathname = `/${database}`;
  const client = new pg.Client({
    connectionString: at.href,
    application_name: 'pinfold start',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Connects once and makes the database if the server is new. */
export async function logIn(url: string): Promise<void> {
  const client = await connect(url, 'postgres');
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      SERVER_DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${SERVER_DATABASE}`);
  } finally {
    await client.end();
  }
}

/** SQLSTATEs of a server that does not know us: wrong password, no such role, no such database. */
const NOT_OURS: ReadonlySet<string> = new Set(['28P01', '28000', '3D000']);

export function isNotOurs(error: unknown): boolean {
  return NOT_OURS.has(sqlState(error) ?? '');
}

/**
 * Asks a running server to be ours. `ours`: it took the password, and sessions that the dead program
 * left are ended, their open transactions undone; `refused`: it is another's; `wait`: not yet.
 */
export async function takeOver(url: string): Promise<'ours' | 'refused' | 'wait'> {
  let client: pg.Client;
  try {
    await logIn(url);
    client = await connect(url, SERVER_DATABASE);
  } catch (error) {
    return isNotOurs(error) ? 'refused' : 'wait';
  }
  try {
    await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return 'ours';
  } finally {
    await client.end();
  }
}
