/** How a command is added to the program: its options, and one action with an output of its own. */
import { Command } from 'commander';
import { createOutput, type Output, tellFailure } from './output.js';

/** A command with `--json`, whose action ends the process with the right exit code. */
export function jsonCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'print one JSON document and nothing else');
}

type Action<Options, Arguments extends unknown[]> = (
  context: { output: Output; options: Options },
  ...args: Arguments
) => Promise<number> | number;

/** Wraps an action: failures become one line, and what it returns is the exit code. */
export function act<Options, Arguments extends unknown[] = []>(
  action: Action<Options, Arguments>,
): (this: Command, ...args: unknown[]) => Promise<void> {
  return async function run(this: Command, ...args: unknown[]): Promise<void> {
    const options = this.optsWithGlobals() as Options & { json?: boolean };
    const json = options.json === true;
    const own = args.slice(0, -2) as Arguments;
    endQuietlyWithoutReader();
    try {
      process.exitCode = await action({ output: createOutput(json), options }, ...own);
    } catch (error) {
      process.exitCode = tellFailure(error, json);
    }
  };
}

/** The reader is gone (`| head`): there is nobody to tell, and nothing failed. */
function endQuietlyWithoutReader(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
