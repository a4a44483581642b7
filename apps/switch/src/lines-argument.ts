/** The switch's one argument: `--lines FILE`. */
import { parseArgs } from 'node:util';
import { UsageError } from '@pinfold/platform';
import { type Lines, NO_LINES, readLines } from './iso-port/lines-file.js';

/** Without it no line is served. @throws UsageError */
export function linesArgument(args: readonly string[]): Lines {
  let file: string | undefined;
  try {
    ({ lines: file } = parseArgs({
      args: [...args],
      options: { lines: { type: 'string' } },
    }).values);
  } catch {
    throw new UsageError('the arguments of the switch are: --lines FILE');
  }
  return file === undefined ? NO_LINES : readLines(file);
}
