/** `pinfold withdraw`: one withdrawal at a running system, each hop shown. */
import { z } from 'zod';
import { amountMinor, cardNumber, pin, secretOption, terminalId } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { styled } from '../cli/output.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

interface Options {
  data?: string;
  pan: string;
  pin: string;
  amount: bigint;
  terminal?: string;
}

/** What the control API answers; the command prints it as it is with `--json`. */
const resultSchema = z.looseObject({
  approved: z.boolean(),
  responseCode: z.string(),
  meaning: z.string(),
  amountMinor: z.number(),
  currency: z.string(),
  rrn: z.string(),
  terminal: z.string(),
  hops: z.array(z.object({ at: z.string(), did: z.string() })),
});

export const withdrawCommand = jsonCommand(
  'withdraw',
  'one withdrawal at a running system, showing each hop',
)
  .requiredOption('--pan <number>', 'card number')
  .requiredOption(
    '--pin <digits>',
    'PIN, as typed at the keypad (demo cards only: it shows in the process list)',
  )
  .requiredOption('--amount <euros>', 'amount, as in 50.00', amountMinor)
  .option('--terminal <id>', 'which ATM (default: any that is free)', terminalId)
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<Options>(async ({ output, options }) => {
      const pan = secretOption('--pan', options.pan, cardNumber);
      const typed = secretOption('--pin', options.pin, pin);
      const system = findRunningSystem(dataDirOf(options));
      const answer = await system.post('/withdrawals', {
        pan,
        pin: typed,
        amountMinor: Number(options.amount),
        terminal: options.terminal,
      });
      const result = resultSchema.parse(answer);
      output.document(answer);
      for (const hop of result.hops) output.line(`${styled('bold', hop.at.padEnd(8))} ${hop.did}`);
      const amount = `${(result.amountMinor / 100).toFixed(2)} ${result.currency}`;
      output.line(
        result.approved
          ? styled('green', `approved: ${amount} at ${result.terminal}, reference ${result.rrn}`)
          : styled(
              'red',
              `declined: ${result.responseCode} ${result.meaning} (${amount} at ${result.terminal})`,
            ),
      );
      return result.approved ? EXIT.done : EXIT.refused;
    }),
  );
