import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { done, type Outcome } from '../../outcome.js';
import { CardCodeBatch } from './card-code-batch.js';
import { type CodeAsked, cardCode, cardKey, codeMembers, codeName, codeOf } from './card-codes.js';

export const generateCardCode = dataCommand({
  name: 'GenerateCardCode',
  group: 'cards',
  title: 'makes a card code: CVV, CVV2, iCVV, dCVV, CVC3, CSC or CAVV',
  source: 'Visa, Mastercard and American Express card codes; payShield CW, PM, RY',
  roles: ['pinIssuance'],
  input: { key: cardKey(), code: codeName(), ...codeMembers },
  output: { value: cardCode() },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M17.roles'],
  run: (core, input) => conclude(core, input, codeOf(core, input)),
  batch: new CardCodeBatch<CodeAsked, { value: string }>((input) => input, conclude),
});

function conclude(
  _core: Core,
  _input: CodeAsked,
  made: Outcome<string>,
): Outcome<{ value: string }> {
  return made.ok ? done({ value: made.value }) : made;
}
