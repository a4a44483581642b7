/**
 * Where a command's words go. With `--json` standard output carries exactly one JSON document;
 * everything for people goes to standard output otherwise, and progress always to standard error.
 */
import { styleText } from 'node:util';
import { CommandFailure, EXIT, type ExitCode } from './exit.js';

/** JSON of plain values; `bigint` amounts in minor units fit a JSON number. */
export function toJson(document: unknown): string {
  return JSON.stringify(document, (_, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
}

export interface Output {
  readonly json: boolean;
  /** A line for people; silent with `--json`. */
  line(text?: string): void;
  /** The command's one document; silent without `--json`. */
  document(value: unknown): void;
  /** Progress of long work: one line that replaces itself, on a terminal only. */
  progress(text: string): void;
  /** Ends the progress line. */
  progressDone(): void;
}

export function createOutput(json: boolean): Output {
  let progressing = false;
  const clear = (): void => {
    if (progressing) process.stderr.write('\r\u001b[2K');
    progressing = false;
  };
  return {
    json,
    line: (text = '') => {
      clear();
      if (!json) process.stdout.write(`${text}\n`);
    },
    document: (value) => {
      clear();
      if (json) process.stdout.write(`${toJson(value)}\n`);
    },
    progress: (text) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r\u001b[2K${text}`);
      progressing = true;
    },
    progressDone: clear,
  };
}

const colours = (): boolean => process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

export function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return colours() ? styleText(style, text) : text;
}

/** Tells the failure as one line and gives the exit code. A bug shows its kind, never a stack trace. */
export function tellFailure(error: unknown, json: boolean): ExitCode {
  const failure =
    error instanceof CommandFailure
      ? error
      : new CommandFailure(
          'INTERNAL',
          `this should not happen: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error'}`,
          EXIT.refused,
        );
  if (json) {
    process.stdout.write(
      `${toJson({ error: { code: failure.code, message: failure.message } })}\n`,
    );
  }
  process.stderr.write(`pinfold: ${failure.message}\n`);
  if (process.env.PINFOLD_LOG_LEVEL === 'debug' && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return failure.exit;
}
