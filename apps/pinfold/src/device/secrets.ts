/**
 * Secrets that people type: passphrases and key components. On a terminal they are asked for with
 * hidden input; otherwise each is one line of standard input, in the order in which they are asked for.
 * Never command-line arguments, which every process on the machine can read.
 */
import { createInterface, type Interface } from 'node:readline';
import { password, text } from '@clack/prompts';
import { CommandFailure, EXIT, usageFailure } from '../cli/exit.js';

let lines: AsyncIterator<string> | undefined;
let reader: Interface | undefined;

/** Secrets from elsewhere than standard input, one after the other: for programs that call commands. */
export function provideSecrets(given: readonly string[]): void {
  const all = [...given];
  lines = {
    next: async () => {
      const value = all.shift();
      return value === undefined ? { value, done: true } : { value, done: false };
    },
  };
}

export async function askSecret(what: string): Promise<string> {
  return lines === undefined && process.stdin.isTTY ? typed(what) : nextLine(what);
}

/** What is no secret: shown as it is typed; else a line of standard input in the same order. */
export async function askLine(what: string): Promise<string> {
  if (lines !== undefined || !process.stdin.isTTY) return nextLine(what);
  return given(await text({ message: what, output: process.stderr }));
}

async function typed(what: string): Promise<string> {
  return given(await password({ message: what, output: process.stderr }));
}

function given(answer: string | symbol): string {
  if (typeof answer === 'symbol') throw new CommandFailure('CANCELLED', 'cancelled', EXIT.refused);
  return answer;
}

async function nextLine(what: string): Promise<string> {
  if (lines === undefined) {
    reader = createInterface({ input: process.stdin });
    lines = reader[Symbol.asyncIterator]();
  }
  const { value, done } = await lines.next();
  if (done) {
    throw usageFailure(
      'SECRET_MISSING',
      `${what}: type it at a terminal, or give it as a line of standard input`,
    );
  }
  return value;
}

/** Lets the process end. */
export function endSecrets(): void {
  reader?.close();
  reader = undefined;
  lines = undefined;
}
