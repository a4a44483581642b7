import { isWeakPin } from '@pinfold/pin';
import { dataCommand } from '../../declare/command.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { pinText } from '../../pin/build.js';
import { extractPin, fitsFormat, PinField } from '../../pin/extract.js';
import { recordOfPin } from '../../pin/make-record.js';
import { PIN_KEY, pinBlock, record, VERIFICATION_KEY } from '../fields.js';
import { verifyPin } from './verify-pin.js';

const BLOCK_KEY = readySlot({ ...PIN_KEY, part: 'key' });
const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });

/**
 * Making an offset or a PVV of a PIN block belongs to issuance (rule M7), also when an old PIN is right:
 * with an own card the new PIN block may be somebody else's, and the record tells its PIN.
 */
export const changePin = dataCommand({
  name: 'ChangePin',
  group: 'pins',
  title: 'verifies the old PIN and makes the verification record of the new one',
  source: 'payShield DU, CU; ISO 9564-1, 8',
  roles: ['pinIssuance'],
  input: {
    ...verifyPin.input,
    newPinBlock: pinBlock(),
  },
  output: { record: record() },
  errors: [...verifyPin.errors, 'PIN_WEAK'],
  verdicts: [...verifyPin.verdicts!, 'PIN_WEAK'],
  rules: ['M7.issuance-role', ...verifyPin.rules, 'M7.account-bound-issuance', 'M2.sealed-value'],
  run(core, input, session) {
    const bound = core.policy.judge('M7.account-bound-issuance', { format: input.format });
    if (bound !== undefined) return bound;
    const verified = verifyPin.run(core, input, session);
    if (!verified.ok) return verified;
    const key = core.keys.open(input.key, BLOCK_KEY)!;
    const pvk = core.keys.open(input.pvk, PVK_SLOT)!;
    const known = core.records.open(input.record, input.pan, pvk)!;
    if (!fitsFormat(key, input.format, input.newPinBlock.length)) return refusal('FORMAT_REFUSED');
    const field = new PinField();
    extractPin(core.policy, key, { ...input, pinBlock: input.newPinBlock }, field);
    const pin = field.length === 0 ? '' : pinText(field);
    field.wipe();
    if (!/^\d{4,12}$/.test(pin)) return refusal('PIN_BLOCK_INVALID');
    if (isWeakPin(pin)) return refusal('PIN_WEAK');
    const { method, pvki, tableId } = known;
    const plan = { pan: input.pan, method, pvk, pvki: String(pvki), tableId };
    const made = recordOfPin(core, plan, pin);
    return made.ok ? done({ record: made.value.record }) : made;
  },
});
