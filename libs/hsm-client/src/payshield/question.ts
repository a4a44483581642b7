/**
 * One device command as one or two host commands: a row asks a question, and reads from the reply either
 * the answer or the next question.
 */
import type { HostCommandCode, ReplyOf, RequestOf } from '@pinfold/host-commands';
import { type Done, type Refusal, refusal } from '@pinfold/hsm';
import type { HsmAnswer } from '../port.js';
import { REPLY_UNEXPECTED } from './host-errors.js';
import type { PayshieldOptions } from './options.js';
import { type PayshieldKey, type PayshieldRole, readPayshieldToken } from './tokens.js';

/** What rows know beside their input. */
export type World = Pick<PayshieldOptions, 'scheme' | 'records' | 'decimalisationTable'>;

export interface Question<C extends HostCommandCode = HostCommandCode> {
  readonly host: C;
  readonly fields: RequestOf<C>;
  readonly read: (fields: ReplyOf<C>) => Step;
  /** Header of the key block to be made, without the `#`. */
  readonly attributes?: string;
}

/** An answer of the device's kind, or what to ask next. */
export type Step = HsmAnswer | Question;

/** Keeps the types of fields and reply together. */
export function ask<C extends HostCommandCode>(
  host: C,
  fields: RequestOf<C>,
  read: (fields: ReplyOf<C>) => Step,
  attributes?: string,
): Question {
  return { host, fields, read, attributes } as unknown as Question;
}

export function isQuestion(step: Step): step is Question {
  return 'host' in step;
}

/** A reply that cannot be: the fields fit the layout, and still it is no such thing. */
export const UNEXPECTED = refusal(REPLY_UNEXPECTED);

const NO_TOKEN = refusal('TOKEN_INVALID');

/** The key of a token that must have one of the roles: what the device says of a token, whatever is wrong. */
export function keyOf(
  token: string,
  scheme: PayshieldOptions['scheme'],
  ...roles: readonly PayshieldRole[]
): Done<PayshieldKey> | Refusal {
  const key = readPayshieldToken(token);
  if (key === undefined || !roles.includes(key.role)) return NO_TOKEN;
  // An LMK of one scheme opens no key of the other.
  const isBlock = key.key.startsWith('S');
  return isBlock === (scheme === 'key-block') ? { ok: true, value: key } : NO_TOKEN;
}
