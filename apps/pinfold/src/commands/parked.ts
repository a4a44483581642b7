/** `pinfold parked`: reversals and advices that were given up, and having them sent again. */
import { z } from 'zod';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const listSchema = z.object({
  messages: z.array(
    z.looseObject({
      at: z.string(),
      rrn: z.string(),
      terminal: z.string(),
      kind: z.string(),
      state: z.string(),
      to: z.string(),
      sent: z.number(),
    }),
  ),
});
const resentSchema = z.object({ resent: z.number() });

const resendCommand = jsonCommand('resend', 'sends parked messages again, as repeats')
  .option('--rrn <reference>', 'one withdrawal, also if the issuer refused the message')
  .option('--all', 'all that are parked (not those that were refused)')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string; rrn?: string; all?: boolean }>(async ({ output, options }) => {
      const { rrn, all } = options;
      if ((rrn === undefined) === (all !== true)) {
        throw usageFailure('WHICH', 'name either --rrn REFERENCE or --all');
      }
      if (rrn !== undefined && !/^[0-9]{12}$/.test(rrn)) {
        throw usageFailure('REFERENCE_INVALID', '--rrn takes a reference of 12 digits');
      }
      const body = rrn === undefined ? {} : { rrn };
      const answer = await findRunningSystem(dataDirOf(options)).post('/parked/resend', body);
      output.document(answer);
      const { resent } = resentSchema.parse(answer);
      output.line(resent === 0 ? 'nothing is parked' : `sent again: ${resent}`);
      return EXIT.done;
    }),
  );

export const parkedCommand = jsonCommand(
  'parked',
  'reversals and advices that were repeated to the limit, or refused; exit 1 if there are any',
)
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string }>(async ({ output, options }) => {
      const answer = await findRunningSystem(dataDirOf(options)).get('/parked');
      output.document(answer);
      const { messages } = listSchema.parse(answer);
      for (const { at, rrn, terminal, kind, state, to, sent } of messages) {
        output.line(
          `${rrn}  ${terminal}  ${kind} of the ${at} to ${to}: ${state}, sent ${sent} times`,
        );
      }
      if (messages.length === 0) output.line('nothing is parked');
      return messages.length === 0 ? EXIT.done : EXIT.refused;
    }),
  )
  .addCommand(resendCommand);
