import { offsetOfPin } from '@pinfold/pin';
import { dataCommand } from '../../declare/command.js';
import { digits, hex, text, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { pinText } from '../../pin/build.js';
import { extractPin, fitsFormat, PinField } from '../../pin/extract.js';
import { OFFSET_KEY, PIN_KEY, pan, pinBlock, pinFormat } from '../fields.js';
import { isTable, tableNamed } from './pin-v.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...OFFSET_KEY, part: 'key' });

export const calculateOffset = dataCommand({
  name: 'CalculateOffset',
  group: 'pins',
  title:
    'calculates the IBM 3624 offset of a PIN that arrives encrypted, and gives it out (legacy)',
  source: 'IBM 3624; payShield DE',
  roles: ['pinIssuance'],
  input: {
    pinBlock: pinBlock(),
    key: token('TPK or ZPK of the PIN block', PIN_KEY),
    format: pinFormat(),
    pan: pan(),
    pvk: token('PGK', OFFSET_KEY),
    validationData: hex('validation data', { length: 16 }),
    table: text('decimalisation table: 16 digits, or the id of a registered one', {
      min: 1,
      max: 16,
    }),
  },
  output: { offset: digits('offset, as long as the PIN', { min: 4, max: 12 }) },
  errors: [
    'TOKEN_INVALID',
    'FORMAT_REFUSED',
    'TABLE_REFUSED',
    'TABLE_INACTIVE',
    'OFFSET_REFUSED',
    'PIN_BLOCK_INVALID',
    'PIN_LENGTH_INVALID',
    'PIN_DIGITS_INVALID',
  ],
  rules: [
    'M7.issuance-role',
    'M12.type-bound',
    'M9.one-usage',
    'M7.account-bound-issuance',
    'M1.stored-tables',
    'M2.sealed-value',
  ],
  run(core, input) {
    const key = core.keys.open(input.key, BLOCK_KEY);
    const pvk = core.keys.open(input.pvk, PVK_SLOT);
    if (key === undefined || pvk?.des === undefined) return refusal('TOKEN_INVALID');
    if (!fitsFormat(key, input.format, input.pinBlock.length)) return refusal('FORMAT_REFUSED');
    const refused = core.policy.judge('M7.account-bound-issuance', { format: input.format });
    if (refused !== undefined) return refused;
    const table = tableNamed(core, input.table);
    if (!isTable(table)) return table;
    const readable = core.policy.judge('M2.sealed-value', false);
    if (readable !== undefined) return readable;
    const field = new PinField();
    extractPin(core.policy, key, input, field);
    if (field.length === 0) return field.why!;
    const pin = pinText(field);
    field.wipe();
    if (!/^\d+$/.test(pin)) return refusal('PIN_BLOCK_INVALID');
    const { validationData } = input;
    return done({
      offset: offsetOfPin({ pvk: pvk.des, decimalisationTable: table, validationData, pin }),
    });
  },
});
