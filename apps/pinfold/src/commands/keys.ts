/** `pinfold keys`: the working keys of terminals and links, and having them changed. */
import { z } from 'zod';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const listSchema = z.object({
  keys: z.array(
    z.looseObject({
      owner: z.string(),
      usage: z.string(),
      version: z.number(),
      state: z.string(),
      checkValue: z.string(),
    }),
  ),
});

const changeCommand = jsonCommand(
  'change',
  'new working keys while withdrawals go on; messages under the old ones stay good',
)
  .option('--terminal <id>', 'a terminal: it asks the switch for a new TPK and TAK')
  .option('--issuer <id>', 'an issuer: the switch offers it a new ZPK and ZAK')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string; terminal?: string; issuer?: string }>(async ({ output, options }) => {
      const { terminal, issuer } = options;
      if ((terminal === undefined) === (issuer === undefined)) {
        throw usageFailure('WHICH', 'name either --terminal ID or --issuer ID');
      }
      const system = findRunningSystem(dataDirOf(options));
      const answer =
        terminal === undefined
          ? await system.post('/links/keys', { issuer: issuer!.toLowerCase() })
          : await system.post('/terminals/keys', { terminal });
      output.document(answer);
      output.line(
        `asked for; 'pinfold keys --owner ${terminal ?? issuer!.toLowerCase()}' shows it`,
      );
      return EXIT.done;
    }),
  );

export const keysCommand = jsonCommand(
  'keys',
  'working keys that the switch shares with terminals and issuers: versions, check values',
)
  .option('--owner <id>', 'of one terminal or issuer')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string; owner?: string }>(async ({ output, options }) => {
      const answer = await findRunningSystem(dataDirOf(options)).get('/keys');
      const { owner: wanted } = options;
      const keys = listSchema
        .parse(answer)
        .keys.filter(({ owner }) => wanted === undefined || owner === wanted);
      output.document({ keys });
      for (const { owner, usage, version, state, checkValue } of keys) {
        const number = String(version).padStart(4);
        output.line(
          `${owner.padEnd(10)} ${usage}  version ${number}  ${state.padEnd(8)} ${checkValue}`,
        );
      }
      if (keys.length === 0) output.line('no such owner');
      return keys.length === 0 ? EXIT.refused : EXIT.done;
    }),
  )
  .addCommand(changeCommand);
