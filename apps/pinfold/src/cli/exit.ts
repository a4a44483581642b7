/** How a command ends. The codes are fixed: scripts depend on them. */
export const EXIT = {
  done: 0,
  /** The system said no: declined, refused, differences found, a failing case. */
  refused: 1,
  /** The command line was wrong. */
  usage: 2,
  /** Something around the program is not as needed: a port is taken, nothing runs, a folder is in use. */
  environment: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that a person should read as one line. Anything else that is thrown is a bug. */
export class CommandFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exit: ExitCode,
  ) {
    super(message);
    this.name = 'CommandFailure';
  }
}

export const usageFailure = (code: string, message: string): CommandFailure =>
  new CommandFailure(code, message, EXIT.usage);

export const environmentFailure = (code: string, message: string): CommandFailure =>
  new CommandFailure(code, message, EXIT.environment);
