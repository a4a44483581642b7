/**
 * Answers to requests, as data: which fields each answer repeats from its request. An answer names
 * the same key versions (DE 53) as its request, so that a key change between the two does no harm.
 */
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import { TOPICS } from '@pinfold/messages';
import type { Outgoing } from '../node/ports.js';
import type { Answer } from './answer.js';

const COMMON = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 49, 53] as const;

/** Answer's MTI to the fields it repeats; 38 and 39 are added where they apply. */
const REPEATED: Readonly<Record<string, readonly number[]>> = {
  '0210': COMMON,
  '0230': COMMON,
  '0430': [...COMMON, 90],
  '0810': [7, 11, 32, 41, 53, 70],
};
const OTHERS = [7, 11, 32, 37, 41, 53, 70] as const;

/** `0200` and `0201` are answered `0210`: the third digit goes up by one, the last is 0. */
export function answerMti(requestMti: string): string {
  return `${requestMti.slice(0, 2)}${Number(requestMti[2]) + 1}0`;
}

/** True for a message that wants an answer: request, advice, notification with an even third digit. */
export function wantsAnswer(mti: string): boolean {
  return '024'.includes(mti[2]!);
}

/** The answer without its MAC. */
export function answerMessage(
  request: IsoMessage,
  { responseCode, approvalCode }: Pick<Answer, 'responseCode' | 'approvalCode'>,
): IsoMessage {
  const mti = answerMti(request.mti);
  const fields: IsoMessage['fields'] = {};
  for (const number of REPEATED[mti] ?? OTHERS) {
    const value = request.fields[number];
    if (value !== undefined) fields[number] = value;
  }
  fields[39] = responseCode;
  if (approvalCode !== '') fields[38] = approvalCode;
  return { mti, fields };
}

/** An answer on its way to the switch, ordered with the others of its terminal. */
export function outgoingAnswer(
  request: IsoMessage,
  o: { bytes: Uint8Array; correlation: string; traceparent?: string },
): Outgoing {
  const keyText = textOf(request, 41) ?? textOf(request, 32) ?? '';
  return { topic: TOPICS.switchAnswers, keyText, ...o };
}
