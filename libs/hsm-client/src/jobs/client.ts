/** A pool of this program's own devices as an `HsmClient`: batches of jobs in `PJ` frames. */
import { clientOn } from '../client-on.js';
import type { HsmPool } from '../pool/pool.js';
import { type HsmAnswer, type HsmClient, HsmUnavailable } from '../port.js';
import { type JobsFrame, jobsCommands, parseAnswers } from './frames.js';

/** What a device that did nothing says, and why another one may do it. */
const ELSEWHERE = {
  '41': 'HOST_41',
  // What a host port of payShield commands says to a command that no payShield has.
  '67': 'HOST_NOT_A_DEVICE_PORT',
  '68': 'HOST_NOT_A_DEVICE_PORT',
} as const;

/** The pool as one identity of one institution sees it. */
export function jobsClient(pool: HsmPool, institution: string, identity: string): HsmClient {
  return clientOn(async (jobs) => {
    const frames = jobsCommands({ institution, identity, jobs });
    const answered = await Promise.all(frames.map((frame) => perform(pool, frame)));
    const answers: HsmAnswer[] = new Array(jobs.length);
    for (const [i, { places }] of frames.entries()) {
      for (const [j, place] of places.entries()) answers[place] = answered[i]![j]!;
    }
    return answers;
  });
}

async function perform(pool: HsmPool, frame: JobsFrame): Promise<HsmAnswer[]> {
  const { command, repeatable, places } = frame;
  const reply = await pool.send(command, { repeatable, elsewhere: ELSEWHERE });
  const answers = parseAnswers(reply, places.length);
  if (typeof answers === 'string') throw new HsmUnavailable(`HOST_${answers}`);
  return answers;
}
