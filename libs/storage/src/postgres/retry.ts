/**
 * Which database failures may be tried again, as a table of SQLSTATE and socket codes.
 * PostgreSQL 18, appendix A. Anything not listed is final: constraints, syntax, privileges.
 */

import { types } from 'node:util';

/**
 * `rolled-back`: the server undid the transaction; running it again is always right.
 * `unreachable`: the connection is gone or was never there; right only if COMMIT was not yet sent.
 */
export type RetryReason = 'rolled-back' | 'unreachable';

const REASONS: Readonly<Record<string, RetryReason>> = {
  '40001': 'rolled-back', // serialization_failure
  '40P01': 'rolled-back', // deadlock_detected
  '08000': 'unreachable', // connection_exception
  '08003': 'unreachable', // connection_does_not_exist
  '08006': 'unreachable', // connection_failure
  '57P01': 'unreachable', // admin_shutdown
  '57P02': 'unreachable', // crash_shutdown
  '57P03': 'unreachable', // cannot_connect_now: starting up or in recovery
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
};

/** `pg` reports a connection that ended under a query by message alone. */
const LOST_CONNECTION = /^(Connection terminated|Client has encountered a connection error)/;

/** The reason to try again, or undefined when the failure is final. */
export function retryReason(error: unknown): RetryReason | undefined {
  if (!types.isNativeError(error)) return undefined;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && code in REASONS) return REASONS[code];
  return LOST_CONNECTION.test(error.message) ? 'unreachable' : undefined;
}

/** SQLSTATE of a database error, or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = types.isNativeError(error) ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Pause before attempt `attempt` (1 is the first repeat): doubles from 5 ms to 500 ms, half jitter. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(5 * 2 ** (attempt - 1), 500);
  return full / 2 + (full / 2) * random();
}

/**
 * The connection went while COMMIT was under way: the transaction is posted or it is not, and only
 * its own deduplication row can tell. Never retried here; the caller sends the same chunk again.
 */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
  readonly code = 'COMMIT_UNKNOWN';
  constructor(cause: unknown) {
    super('the connection to the database was lost during COMMIT', { cause });
  }
}
