/** `pinfold start`: every service in one process. */
import { Command } from 'commander';
import { wholeNumber } from '../cli/arguments.js';

interface Options {
  data?: string;
  readyFile?: string;
  traffic: boolean;
  cards: number;
  terminals: number;
  rate: number;
  lines?: string;
}

const DEFAULTS = { cards: 10_000, terminals: 100, rate: 20 };

export const startCommand = new Command('start')
  .description('every service in one process (npm start is this)')
  .option('--data <dir>', 'data folder (default: PINFOLD_DATA_DIR, or .pinfold here)')
  .option('--ready-file <file>', 'written when everything is ready: pid, ports, mode')
  .option('--no-traffic', 'the demo network without its own withdrawals')
  .option('--cards <n>', 'cards of the demo network', wholeNumber(2, 10_000_000), DEFAULTS.cards)
  .option('--terminals <n>', 'terminals', wholeNumber(1, 20_000), DEFAULTS.terminals)
  .option('--rate <n>', 'withdrawals a second of its own', wholeNumber(1, 10_000), DEFAULTS.rate)
  .option('--lines <file>', 'ISO 8583 lines to serve, in place of the one for terminals ISO00001…')
  .action(async ({ data, readyFile, traffic, cards, terminals, rate, lines }: Options) => {
    // The configuration is the environment's; the option is a shorter way to say one variable of it.
    if (data !== undefined) process.env.PINFOLD_DATA_DIR = data;
    // Loads Nest and TypeORM: only this command pays for it.
    const { runSystem } = await import('../system/run-system.js');
    await runSystem({
      cards,
      terminals,
      traffic,
      ratePerSecond: rate,
      readyFile,
      linesFile: lines,
    });
  });
