/** What a process's end means: one table, for the programs, the command line and the docs. */

export const EXIT_CODES = {
  done: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'refused or failed' },
  usage: { code: 2, meaning: 'wrong usage: an argument or a variable that is not allowed' },
  environment: {
    code: 3,
    meaning: 'the machine is not as needed: port taken, data folder in use, server not reachable',
  },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** An error that tells how the process ends; its message is one line for the person who started it. */
export class ExitError extends Error {
  override readonly name: string = 'ExitError';
  constructor(
    readonly exit: Exclude<ExitName, 'done'>,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Wrong arguments or variables. */
export class UsageError extends ExitError {
  override readonly name: string = 'UsageError';
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}

/** The machine is not as needed. */
export class EnvironmentError extends ExitError {
  override readonly name: string = 'EnvironmentError';
  constructor(message: string, options?: ErrorOptions) {
    super('environment', message, options);
  }
}

/** Codes of system and database errors that mean the machine, not the program, is at fault. */
const ENVIRONMENT_CODES: ReadonlySet<string> = new Set([
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'ENOTDIR',
  'EMFILE',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  '28P01', // PostgreSQL: wrong password
  '28000', // PostgreSQL: not allowed in
  '3D000', // PostgreSQL: no such database
]);

/** Exit code for an error that ended a program. */
export function exitCodeOf(error: unknown): number {
  const { exit, code } = (error ?? {}) as { exit?: ExitName; code?: unknown };
  if (exit !== undefined && exit in EXIT_CODES) return EXIT_CODES[exit].code;
  if (typeof code === 'string' && ENVIRONMENT_CODES.has(code)) return EXIT_CODES.environment.code;
  return EXIT_CODES.failed.code;
}

/** The one line for a person: the message without line breaks, or what the thrown thing is. */
export function oneLine(error: unknown): string {
  const { message, code, errors } = (error ?? {}) as {
    message?: unknown;
    code?: unknown;
    errors?: unknown;
  };
  // An AggregateError of several failed addresses has an empty message of its own.
  if (message === '' && Array.isArray(errors) && errors.length > 0) return oneLine(errors[0]);
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
