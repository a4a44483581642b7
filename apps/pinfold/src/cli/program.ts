/** The `pinfold` program: every command, and how wrong usage ends. */
import { Command, CommanderError } from 'commander';
import { COMMANDS, type CommandEntry } from './commands.js';
import { EXIT } from './exit.js';
import { VERSION } from './version.js';

/** Loads the commands whose names are among the arguments; of the others it knows the summary. */
async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('pinfold')
    .description('ATM and payment PIN-processing backend with an HSM core')
    .version(VERSION)
    .showHelpAfterError("('--help' shows what is allowed)");
  for (const entry of COMMANDS) {
    program.addCommand(argv.includes(entry.name) ? await entry.load() : announced(entry));
  }
  exitBySettingTheCode(program);
  return program;
}

const announced = ({ name, summary }: CommandEntry): Command =>
  new Command(name).description(summary);

/** Commander ends the process by itself; here it throws, so that output is flushed and codes are ours. */
function exitBySettingTheCode(command: Command): void {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'pinfold: ')),
  });
  for (const child of command.commands) exitBySettingTheCode(child);
}

export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await (await createProgram(argv.slice(2))).parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}
