/** A device in the same process as an `HsmClient`. */
import type { CommandName, Device, HsmJob, Input, Outcome, Output, Session } from '@pinfold/hsm';
import { type HsmAnswer, type HsmClient, HsmUnavailable, UNAVAILABLE_CODES } from './port.js';

export function inProcessClient(device: Device, session: Session): HsmClient {
  const execute = async (jobs: readonly HsmJob[]): Promise<HsmAnswer[]> => {
    const answers = device.executeMany(session, jobs);
    const first = answers[0];
    if (first !== undefined && !first.ok && UNAVAILABLE_CODES.has(first.code)) {
      throw new HsmUnavailable(first.code);
    }
    return answers;
  };
  return {
    execute,
    run: async <N extends CommandName>(command: N, inputs: readonly Input<N>[]) => {
      const jobs = inputs.map((input) => ({ command, input }) as unknown as HsmJob);
      return (await execute(jobs)) as Outcome<Output<N>>[];
    },
  };
}
