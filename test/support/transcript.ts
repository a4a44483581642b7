/**
 * Transcripts of the README: blocks marked `console`. A line with `$` is a command; lines that ask for a
 * passphrase show what is typed; the rest is what comes out, on both channels, `…` standing for anything
 * (alone: for any lines).
 */
import { spawnSync } from 'node:child_process';

export interface Step {
  readonly command: string;
  /** Typed, in the order in which it is asked for. */
  readonly typed: readonly string[];
  readonly output: readonly string[];
}

const BLOCK = /```console\n([\s\S]*?)```/g;
const ASKED = /^(?:New p|P)assphrase of [\w-]+: (.+)$/;

export function stepsOf(markdown: string): Step[] {
  const steps: { command: string; typed: string[]; output: string[] }[] = [];
  const lines = [...markdown.matchAll(BLOCK)].flatMap(([, block]) => block!.trim().split('\n'));
  for (const line of lines) {
    const typed = ASKED.exec(line)?.[1];
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), typed: [], output: [] });
    else if (typed !== undefined) steps.at(-1)!.typed.push(typed);
    else steps.at(-1)!.output.push(line);
  }
  return steps;
}

/** What came out, as lines. `npx pinfold` is the program of that path. */
export function runStep(
  { command, typed }: Step,
  { cwd, program, env }: { cwd: string; program: string; env: NodeJS.ProcessEnv },
): string[] {
  const line = command.replace(/^npx pinfold\b/, `"${process.execPath}" "${program}"`);
  const input = typed.map((text) => `${text}\n`).join('');
  const done = spawnSync('sh', ['-c', `${line} 2>&1`], { cwd, env, input, encoding: 'utf8' });
  return done.stdout.split('\n').filter((text) => text !== '');
}

/** Whether the lines are those of the transcript. */
export function isLike(expected: readonly string[], actual: readonly string[]): boolean {
  if (expected.length === 0) return actual.length === 0;
  const [first, ...rest] = expected;
  if (first === '…') {
    return actual.some((_, i) => isLike(rest, actual.slice(i))) || rest.length === 0;
  }
  if (actual.length === 0) return false;
  const pattern = first!
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+');
  return new RegExp(`^${pattern}$`).test(actual[0]!) && isLike(rest, actual.slice(1));
}
