/**
 * Which failures of a handler pass by themselves: then the chunk waits and is tried again. All others
 * are taken for the record's fault, and lead to `dead-letter`.
 */

/** Node's network errors, PostgreSQL's SQLSTATEs (appendix A) by class or code. */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  'HSM_UNAVAILABLE',
  'BUS_CLOSED',
]);
const CLASSES = ['08', '53', '58']; // connection, resources, system (disk)

/** Messages of `pg` for a connection that went away; it gives them no code. */
const CONNECTION_LOST =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

const SQLSTATE = /^[0-9A-Z]{5}$/;
const DEEPEST_CAUSE = 5;

/** True for an error that says so itself (`transient: true`), or by the table; looks into its causes. */
export function isTransient(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === 'object' && current; depth += 1) {
    const { transient, code, message, name, cause, driverError } = current as Record<
      string,
      unknown
    >;
    if (transient === true || name === 'HsmUnavailable') return true;
    if (typeof code === 'string' && isTransientCode(code)) return true;
    if (typeof message === 'string' && CONNECTION_LOST.test(message)) return true;
    current = cause ?? driverError;
  }
  return false;
}

function isTransientCode(code: string): boolean {
  if (CODES.has(code)) return true;
  return SQLSTATE.test(code) && CLASSES.some((prefix) => code.startsWith(prefix));
}

/** What may be said about an error outside the process: class and code, never its message. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const { name, code } = error as { name?: unknown; code?: unknown };
  const safe = (text: unknown) => (typeof text === 'string' && /^\w{1,60}$/.test(text) ? text : '');
  return [safe(name) || 'Error', safe(code)].filter(Boolean).join(' ');
}
