/**
 * A pool of payShields as an `HsmClient`. The jobs of a batch go out at once, each as a host command of
 * its own, spread over the pool; what a payShield has no counterpart for goes to the institution's
 * device; the answers come in the order of the jobs.
 */
import {
  COMMANDS,
  type CommandName,
  commandNamed,
  type HsmJob,
  InputError,
  refusal,
} from '@pinfold/hsm';
import { clientOn } from '../client-on.js';
import { hostRequest, isDone, readHostReply } from '../host-codec.js';
import type { HsmAnswer, HsmClient } from '../port.js';
import { ELSEWHERE, outcomeOf } from './host-errors.js';
import type { PayshieldOptions } from './options.js';
import { isQuestion, type Question, type Step, UNEXPECTED } from './question.js';
import { LOCAL, ROWS, type Row } from './rows.js';

const UNKNOWN = refusal('COMMAND_UNKNOWN');
const NOT_HERE = refusal('COMMAND_REFUSED');
const BAD_INPUT = refusal('INPUT_INVALID');

/** Every host command of the rows changes nothing that a payShield keeps. */
const SENT = { repeatable: true, elsewhere: ELSEWHERE } as const;

export function payshieldClient(options: PayshieldOptions): HsmClient {
  const { pool, local, lmk, pinLength } = options;

  /** Asks until there is an answer: one host command, or two. */
  const answerTo = async (command: CommandName, first: Step): Promise<HsmAnswer> => {
    let step = first;
    while (isQuestion(step)) {
      const request = requestOf(step);
      if (request === undefined) return BAD_INPUT;
      const text = await pool.send(request, SENT);
      const reply = readHostReply(step.host, text, { pinLength });
      if (reply === undefined) return UNEXPECTED;
      const { error } = reply;
      if (!reply.ok || !isDone(step.host, error)) return outcomeOf(error, command);
      step = step.read(reply.fields as never);
    }
    return step;
  };

  const requestOf = ({ host, fields, attributes }: Question): string | undefined => {
    try {
      return hostRequest(host, fields, { lmk, pinLength, attributes });
    } catch (error) {
      // A field that the layout does not take: the request is wrong, and nobody is asked.
      if (error instanceof InputError) return undefined;
      throw error;
    }
  };

  return clientOn(async (jobs) => {
    const kept = jobs.filter(({ command }) => LOCAL.has(command));
    const keptAnswers = kept.length === 0 ? Promise.resolve([]) : local.execute(kept);
    const sent = jobs.map((job) => (LOCAL.has(job.command) ? undefined : firstStep(job, options)));
    const [answers, ownAnswers] = await Promise.all([
      Promise.all(sent.map((step, i) => step && answerTo(jobs[i]!.command, step))),
      keptAnswers,
    ]);
    let next = 0;
    return answers.map((answer) => answer ?? ownAnswers[next++]!);
  });
}

function firstStep({ command, input }: HsmJob, options: PayshieldOptions): Step {
  if (commandNamed(command) === undefined) return UNKNOWN;
  const row = ROWS[command] as Row | undefined;
  if (row === undefined) return NOT_HERE;
  const accepts = row.accepts ?? COMMANDS[command].accepts;
  return accepts(input) ? row.ask(input as never, options) : BAD_INPUT;
}
