import { dataCommand } from '../../declare/command.js';
import { optional, text, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { refusal } from '../../outcome.js';
import { demoPin } from '../../pin/demo-pin.js';
import { recordOfPin } from '../../pin/make-record.js';
import { method, pan, pvki, record, tableId, VERIFICATION_KEY } from '../fields.js';

const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });

export const issueDemoPin = dataCommand({
  name: 'IssueDemoPin',
  group: 'pins',
  title:
    'makes the verification record of a demo card, whose PIN follows from seed and card number',
  source: 'demo devices only',
  roles: ['production', 'pinIssuance'],
  demo: true,
  input: {
    pan: pan(),
    seed: text('seed of the demo data', { min: 1, max: 128 }),
    method: method(),
    pvk: token('PVK or PGK', VERIFICATION_KEY),
    pvki: optional(pvki()),
    tableId: optional(tableId()),
  },
  output: { record: record() },
  errors: ['TOKEN_INVALID', 'TABLE_INACTIVE'],
  rules: ['M9.one-usage', 'M12.type-bound', 'M2.sealed-value'],
  run(core, input) {
    const pvk = core.keys.open(input.pvk, PVK_SLOT);
    if (pvk === undefined) return refusal('TOKEN_INVALID');
    return recordOfPin(core, { ...input, pvk }, demoPin(input.seed, input.pan));
  },
});
