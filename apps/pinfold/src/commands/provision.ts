/** `pinfold provision`: keys, terminals and cards of the demo network, for services that run apart. */
import { wholeNumber } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';

interface Options {
  data?: string;
  cards: number;
  terminals: number;
  newLinkKeys?: boolean;
}

export const provisionCommand = jsonCommand(
  'provision',
  'make the keys, terminals and cards of the demo network, for services that run apart',
)
  .option('--data <dir>', 'data folder')
  .option('--cards <n>', 'cards of the demo network', wholeNumber(2, 10_000_000), 10_000)
  .option('--terminals <n>', 'terminals', wholeNumber(1, 20_000), 100)
  .option('--new-link-keys', 'new data keys for the links; stop the services first')
  .action(
    act<Options>(async ({ options }) => {
      if (options.data !== undefined) process.env.PINFOLD_DATA_DIR = options.data;
      const { runProvision } = await import('../network/run-provision.js');
      await runProvision(options);
      return EXIT.done;
    }),
  );
