import { equalConstantTime } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { digits } from '../../declare/field.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { CardCodeBatch } from './card-code-batch.js';
import {
  CARD_CODES,
  type CodeAsked,
  cardKey,
  codeMembers,
  codeName,
  codeOf,
} from './card-codes.js';

const { digits: _, ...members } = codeMembers;

/** Shorter codes would be guessed digit by digit: ten tries for the last, ten more for the next. */
export const MIN_VERIFIED_DIGITS = 3;

const verifiedCode = () => digits('the code', { min: MIN_VERIFIED_DIGITS, max: 5 });

export const verifyCardCode = dataCommand({
  name: 'VerifyCardCode',
  group: 'cards',
  title: 'verifies a card code, in constant time; failures are limited',
  source: 'Visa, Mastercard and American Express card codes; payShield CY, PM, RY',
  roles: ['production'],
  input: { key: cardKey(), code: codeName(), value: verifiedCode(), ...members },
  output: {},
  errors: ['TOKEN_INVALID', 'INPUT_INVALID', 'CODE_LIMIT', 'CODE_WRONG'],
  verdicts: ['CODE_WRONG'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M6.account-limit', 'M6.device-limit'],
  run: verify,
  batch: new CardCodeBatch<Input, Nothing>(withDigits, conclude),
});

type Input = CodeAsked & { readonly value: string };
type Nothing = Record<never, never>;

function verify(core: Core, input: Input): Outcome<Nothing> {
  return conclude(core, input, codeOf(core, withDigits(input)));
}

/** A CVC3 is as long as what is compared with it. */
function withDigits(input: Input): Input {
  return { ...input, digits: CARD_CODES[input.code].length ?? input.value.length };
}

function conclude(core: Core, input: Input, made: Outcome<string>): Outcome<Nothing> {
  if (!made.ok) return made;
  if (input.value.length !== made.value.length) return refusal('INPUT_INVALID');
  const limited = core.codeLimits.check(input.pan, core.now);
  if (limited !== undefined) return limited;
  if (equalConstantTime(Buffer.from(made.value), Buffer.from(input.value))) return done({});
  core.codeLimits.failed(input.pan, core.now);
  return refusal('CODE_WRONG');
}
