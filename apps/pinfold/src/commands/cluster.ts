/** `pinfold cluster`: Kafka, PostgreSQL and every service as processes of their own. */
import { Command } from 'commander';
import { wholeNumber } from '../cli/arguments.js';

interface Options {
  data?: string;
  readyFile?: string;
  cards: number;
  terminals: number;
  rate: number;
  lines?: string;
}

const DEFAULTS = { cards: 10_000, terminals: 100, rate: 20 };

export const clusterCommand = new Command('cluster')
  .description('Kafka, PostgreSQL, ATM, switch and issuers as processes of their own')
  .option('--data <dir>', 'data folder (default: PINFOLD_DATA_DIR, or .pinfold here)')
  .option('--ready-file <file>', 'written when everything is ready')
  .option('--cards <n>', 'cards of the demo network', wholeNumber(2, 10_000_000), DEFAULTS.cards)
  .option('--terminals <n>', 'terminals', wholeNumber(1, 20_000), DEFAULTS.terminals)
  .option('--rate <n>', 'withdrawals a second; 0: none', wholeNumber(0, 10_000), DEFAULTS.rate)
  .option('--lines <file>', 'ISO 8583 lines that the switch process serves')
  .action(async ({ data, readyFile, cards, terminals, rate, lines }: Options) => {
    if (data !== undefined) process.env.PINFOLD_DATA_DIR = data;
    const { runCluster } = await import('../cluster/run-cluster.js');
    await runCluster({ cards, terminals, ratePerSecond: rate, readyFile, linesFile: lines });
  });
