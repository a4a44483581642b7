/** The `pinfold` program: every command, and how wrong usage ends. */
import { Command, CommanderError } from 'commander';
import { analyseCommand } from '../commands/analyse.js';
import { attackCommand } from '../commands/attack.js';
import { auditCommand } from '../commands/audit.js';
import { cardCommand } from '../commands/card.js';
import { ceremonyCommand } from '../commands/ceremony.js';
import { clusterCommand } from '../commands/cluster.js';
import { doctorCommand } from '../commands/doctor.js';
import { hsmCommand } from '../commands/hsm.js';
import { keysCommand } from '../commands/keys.js';
import { parkedCommand } from '../commands/parked.js';
import { provisionCommand } from '../commands/provision.js';
import { reconcileCommand } from '../commands/reconcile.js';
import { startCommand } from '../commands/start.js';
import { statusCommand } from '../commands/status.js';
import { vectorsCommand } from '../commands/vectors.js';
import { waitCommand } from '../commands/wait.js';
import { withdrawCommand } from '../commands/withdraw.js';
import { EXIT } from './exit.js';

const COMMANDS: readonly Command[] = [
  startCommand,
  waitCommand,
  statusCommand,
  doctorCommand,
  withdrawCommand,
  reconcileCommand,
  parkedCommand,
  keysCommand,
  cardCommand,
  vectorsCommand,
  attackCommand,
  analyseCommand,
  ceremonyCommand,
  hsmCommand,
  auditCommand,
  provisionCommand,
  clusterCommand,
];

export function createProgram(): Command {
  const program = new Command('pinfold')
    .description('ATM and payment PIN-processing backend with an HSM core')
    .showHelpAfterError("('--help' shows what is allowed)");
  for (const command of COMMANDS) program.addCommand(command);
  exitBySettingTheCode(program);
  return program;
}

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
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}
