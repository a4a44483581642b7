import { equalConstantTime } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { digits } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { CARD_CODES, cardKey, codeMembers, codeName, codeOf } from './card-codes.js';

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
  run(core, input) {
    const length = CARD_CODES[input.code].length ?? input.value.length;
    const made = codeOf(core, { ...input, digits: length });
    if (!made.ok) return made;
    if (input.value.length !== length) return refusal('INPUT_INVALID');
    const limited = core.codeLimits.check(input.pan, core.now);
    if (limited !== undefined) return limited;
    if (equalConstantTime(Buffer.from(made.value), Buffer.from(input.value))) return done({});
    core.codeLimits.failed(input.pan, core.now);
    return refusal('CODE_WRONG');
  },
});
