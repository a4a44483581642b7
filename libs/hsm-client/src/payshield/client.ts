/** A pool of payShields as an `HsmClient`: one host command a job, or two. */

import type { Outcome, Output } from '@pinfold/hsm';
import { COMMANDS, type CommandName, type HsmJob, type Input } from '@pinfold/hsm';
import type { HsmAnswer, HsmClient } from '../port.js';
import type { PayshieldOptions } from './options.js';

export function payshieldClient(_options: PayshieldOptions): HsmClient {
  const execute = async (jobs: readonly HsmJob[]): Promise<HsmAnswer[]> =>
    jobs.map(({ command }) => ({
      ok: false,
      code: Object.hasOwn(COMMANDS, command) ? 'COMMAND_REFUSED' : 'COMMAND_UNKNOWN',
    }));
  return {
    execute,
    run: async <N extends CommandName>(command: N, inputs: readonly Input<N>[]) => {
      const jobs = inputs.map((input) => ({ command, input }) as unknown as HsmJob);
      return (await execute(jobs)) as Outcome<Output<N>>[];
    },
  };
}
