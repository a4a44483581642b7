/** `pinfold lines`: the ISO 8583 lines of the running system. */
import { z } from 'zod';
// Not by the index of the switch: the command loads without it.
import { linesAnswerSchema } from '../../../switch/src/iso-port/line-state.js';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';
import { agoOf } from '../cli/time.js';

/** Of a cluster, also processes that did not answer. */
const answerSchema = linesAnswerSchema.extend({ silent: z.array(z.string()).optional() });

export const linesCommand = jsonCommand('lines', 'ISO 8583 lines: connections, terminals, state')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string }>(async ({ output, options }) => {
      const answer = await findRunningSystem(dataDirOf(options)).get('/lines');
      const { lines, silent = [] } = answerSchema.parse(answer);
      output.document(answer);
      for (const line of lines) {
        const { name, side, address, packing, lengthBytes, tls, connections } = line;
        const form = `${packing}, length ${lengthBytes}${tls ? ', TLS' : ''}`;
        output.line(`${name.padEnd(12)}${side.padEnd(10)}${address.padEnd(24)}${form}`);
        const heard = line.lastMessageAtMs === null ? 'never' : agoOf(line.lastMessageAtMs);
        const ended = line.lastClosed === null ? '' : `; last connection ended: ${line.lastClosed}`;
        const whose =
          side === 'acquirer'
            ? `${connections} connections, ${line.signedOn} of ${line.terminals} terminals signed on, ${line.inFlight} requests open`
            : connections === 1
              ? 'connected'
              : 'not connected';
        output.line(`            ${whose}; last message: ${heard}${ended}`);
      }
      if (lines.length === 0 && silent.length === 0) output.line('no lines');
      for (const process of silent) output.line(`${process} does not answer`);
      return silent.length === 0 ? EXIT.done : EXIT.environment;
    }),
  );
