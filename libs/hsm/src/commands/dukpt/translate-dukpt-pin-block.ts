import { dataCommand } from '../../declare/command.js';
import { object, token } from '../../declare/field.js';
import { PIN_KEY, pan, pinBlock, pinFormat } from '../fields.js';
import { translatePinBlock } from '../pins/translate-pin-block.js';
import { DUKPT_ERRORS, dukptMembers, pinKeyToken } from './session-keys.js';

export const translateDukptPinBlock = dataCommand({
  name: 'TranslateDukptPinBlock',
  group: 'dukpt',
  title: 'moves a PIN from a DUKPT transaction key to a zone PIN key',
  source: 'ANSI X9.24-1; ANSI X9.24-3; PCI PIN Security Requirements, 3-3; payShield CI, G0',
  roles: ['production'],
  input: {
    ...dukptMembers,
    pinBlock: pinBlock(),
    pan: pan(),
    format: pinFormat(),
    to: object('what it shall be under', {
      key: token('ZPK', PIN_KEY),
      format: pinFormat(),
    }),
  },
  output: translatePinBlock.output,
  errors: [...DUKPT_ERRORS, ...translatePinBlock.errors.filter((code) => code !== 'TOKEN_INVALID')],
  rules: [...translatePinBlock.rules, 'M13.strong-wrap'],
  run(core, input, session) {
    const key = pinKeyToken(core, input);
    if (!key.ok) return key;
    const { pinBlock: block, pan: account, format, to } = input;
    const from = { key: key.value, format };
    return translatePinBlock.run(core, { pinBlock: block, pan: account, from, to }, session);
  },
});
