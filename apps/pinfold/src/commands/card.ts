/** `pinfold card show`: what the demo issuer holds for a card, its PIN included (demo data only). */
import { z } from 'zod';
import { cardNumber, secretOption } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const cardSchema = z.looseObject({
  pan: z.string(),
  pin: z.string(),
  expiry: z.string(),
  balanceMinor: z.number(),
  status: z.string(),
  entries: z.array(z.object({ at: z.string(), rrn: z.string(), amountMinor: z.number() })),
});

const euros = (minor: number): string => (minor / 100).toFixed(2);

const showCommand = jsonCommand('show', 'a demo card: PIN, expiry, balance, last postings')
  .argument('<pan>', 'card number')
  .option('--demo', 'confirms that this is demo data: a PIN is shown')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string; demo?: boolean }, [string]>(async ({ output, options }, typed) => {
      const pan = secretOption('<pan>', typed, cardNumber);
      if (options.demo !== true) {
        throw usageFailure(
          'DEMO_ONLY',
          'card show shows a PIN; add --demo to say that this is demo data',
        );
      }
      const answer = await findRunningSystem(dataDirOf(options)).post('/cards/show', { pan });
      const card = cardSchema.parse(answer);
      output.document(answer);
      output.line(`card     ${card.pan}   expires ${card.expiry}   ${card.status}`);
      output.line(`PIN      ${card.pin}`);
      output.line(`balance  ${euros(card.balanceMinor)} EUR`);
      for (const entry of card.entries) {
        output.line(`  ${entry.at}  ${entry.rrn}  ${euros(entry.amountMinor).padStart(10)}`);
      }
      return EXIT.done;
    }),
  );

export const cardCommand = jsonCommand('card', 'demo cards').addCommand(showCommand);
