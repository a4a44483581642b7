import { dataCommand } from '../../declare/command.js';
import { integer, optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { recordOfPin } from '../../pin/make-record.js';
import { PIN_TOKEN, sealPin } from '../../pin/pin-token.js';
import { randomPin } from '../../pin/random-pin.js';
import { method, pan, pvki, record, tableId, VERIFICATION_KEY } from '../fields.js';

const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });

export const generatePin = dataCommand({
  name: 'GeneratePin',
  group: 'pins',
  title: 'makes a random PIN: a stored PIN for the mailer, and its verification record',
  source: 'payShield JA; ISO 9564-1, 8.1',
  roles: ['pinIssuance'],
  input: {
    pan: pan(),
    length: optional(integer('PIN length; 4 where nothing is said', { min: 4, max: 12 })),
    method: method(),
    pvk: token('PVK or PGK', VERIFICATION_KEY),
    pvki: optional(pvki()),
    tableId: optional(tableId()),
  },
  output: { storedPin: token('PIN under PMK', PIN_TOKEN), record: record() },
  errors: ['TOKEN_INVALID', 'TABLE_INACTIVE'],
  rules: ['M7.issuance-role', 'M9.one-usage', 'M12.type-bound', 'M2.sealed-value'],
  run(core, input) {
    const pvk = core.keys.open(input.pvk, PVK_SLOT);
    if (pvk === undefined) return refusal('TOKEN_INVALID');
    const pin = randomPin(input.length ?? 4, core.random);
    const made = recordOfPin(core, { ...input, pvk }, pin);
    if (!made.ok) return made;
    return done({ storedPin: sealPin(core, pin, input.pan), record: made.value.record });
  },
});
