/** What an issuer tells of each message it answered: for metrics, logs and the narration. */
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import { RESPONSE } from '@pinfold/messages';
import type { Observation } from '../node/ports.js';
import type { Answer } from './answer.js';

/** First two digits and class of the MTI to the name of what happened, by outcome. */
const NAMES: Readonly<Record<string, { done: string; refused: string }>> = {
  '02': { done: 'withdrawal-approved', refused: 'withdrawal-declined' },
  '04': { done: 'reversal-done', refused: 'reversal-refused' },
  '08': { done: 'network-answered', refused: 'network-refused' },
};

export function observationOf(at: string, request: IsoMessage, answer: Answer): Observation {
  const { responseCode, repeated, reversedMinor } = answer;
  const approved = responseCode === RESPONSE.approved;
  const name = NAMES[request.mti.slice(0, 2)];
  const outcome = name === undefined ? 'message-refused' : approved ? name.done : name.refused;
  const what = request.mti.startsWith('022') && approved ? 'advice-posted' : outcome;
  const terminal = textOf(request, 41);
  const rrn = textOf(request, 37);
  const detail = {
    repeated,
    ...(reversedMinor === undefined ? {} : { reversedMinor: Number(reversedMinor) }),
  };
  return { at, what, responseCode, terminal, rrn, detail };
}
