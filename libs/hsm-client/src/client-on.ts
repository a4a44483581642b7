/** An `HsmClient` from what executes its batches: `run` is a batch of one command, typed. */
import type { CommandName, HsmJob, Input, Outcome, Output } from '@pinfold/hsm';
import type { HsmClient } from './port.js';

export function clientOn(execute: HsmClient['execute']): HsmClient {
  return {
    execute,
    run: async <N extends CommandName>(command: N, inputs: readonly Input<N>[]) => {
      const jobs = inputs.map((input) => ({ command, input }) as unknown as HsmJob);
      return (await execute(jobs)) as Outcome<Output<N>>[];
    },
  };
}
