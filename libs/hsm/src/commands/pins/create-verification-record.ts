import { dataCommand } from '../../declare/command.js';
import { optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { refusal } from '../../outcome.js';
import { pinText } from '../../pin/build.js';
import { extractPin, fitsFormat, PinField } from '../../pin/extract.js';
import { recordOfPin } from '../../pin/make-record.js';
import {
  method,
  PIN_KEY,
  pan,
  pinBlock,
  pinFormat,
  pvki,
  record,
  tableId,
  VERIFICATION_KEY,
} from '../fields.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });

export const createVerificationRecord = dataCommand({
  name: 'CreateVerificationRecord',
  group: 'pins',
  title: 'makes the verification record (PVV or offset) of a PIN that arrives encrypted',
  source: 'Visa PVV; IBM 3624; record as in IBM DK PRW',
  roles: ['pinIssuance'],
  input: {
    pan: pan(),
    method: method(),
    pvk: token('PVK or PGK', VERIFICATION_KEY),
    pvki: optional(pvki()),
    tableId: optional(tableId()),
    pinBlock: pinBlock(),
    key: token('TPK or ZPK of the PIN block', PIN_KEY),
    format: pinFormat(),
  },
  output: { record: record() },
  errors: ['TOKEN_INVALID', 'FORMAT_REFUSED', 'TABLE_INACTIVE', 'PIN_BLOCK_INVALID'],
  rules: [
    'M7.issuance-role',
    'M7.account-bound-issuance',
    'M9.one-usage',
    'M12.type-bound',
    'M2.sealed-value',
  ],
  run(core, input) {
    const key = core.keys.open(input.key, BLOCK_KEY);
    const pvk = core.keys.open(input.pvk, PVK_SLOT);
    if (key === undefined || pvk === undefined) return refusal('TOKEN_INVALID');
    if (!fitsFormat(key, input.format, input.pinBlock.length)) return refusal('FORMAT_REFUSED');
    const refused = core.policy.judge('M7.account-bound-issuance', { format: input.format });
    if (refused !== undefined) return refused;
    const field = new PinField();
    extractPin(core.policy, key, input, field);
    const pin = field.length === 0 ? '' : pinText(field);
    field.wipe();
    if (!/^\d{4,12}$/.test(pin)) return refusal('PIN_BLOCK_INVALID');
    return recordOfPin(core, { ...input, pvk }, pin);
  },
});
