import { dataCommand } from '../../declare/command.js';
import { done } from '../../outcome.js';
import { cardCode, cardKey, codeMembers, codeName, codeOf } from './card-codes.js';

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
  run(core, input) {
    const made = codeOf(core, input);
    return made.ok ? done({ value: made.value }) : made;
  },
});
