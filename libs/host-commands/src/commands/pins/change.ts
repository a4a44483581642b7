/** CU and DU: PIN changes. */
import { mustMatchOffset, mustMatchPvv, offsetOf, pinOfBlock, pvvOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { digits, key, layout } from '../../layout/nodes.js';
import { offset } from './ibm.js';
import {
  account12,
  blockFields,
  IBM_ERRORS,
  IBM_WARNINGS,
  ibmFields,
  pinBlockUnder,
  pinKeyOf,
  typedPinKey,
} from './pin-fields.js';
import { PAIR, pvki, pvvField } from './visa.js';

export const changePinPvv = hostCommand({
  code: 'CU',
  name: 'Verify a PIN and generate the PVV of a new one',
  group: 'pins',
  request: layout(
    ...typedPinKey,
    key('pvk', 'pvk', PAIR),
    ...blockFields('pinKey'),
    account12,
    pvki,
    pvvField,
    pinBlockUnder('newPinBlock', 'pinKey'),
  ),
  reply: layout(pvvField),
  errors: { '01': 'verification failure', '10': 'PIN key parity', '11': 'PVK parity' },
  run: (context, o) => {
    const from = pinKeyOf(context, o.pinKey, o.keyType);
    mustMatchPvv(context, pinOfBlock(context, from, { ...o, block: o.pinBlock }), o);
    const pin = pinOfBlock(context, from, { ...o, block: o.newPinBlock });
    return { pvv: pvvOf(context, pin, o, '11') };
  },
});

export const changePinOffset = hostCommand({
  code: 'DU',
  name: 'Verify a PIN and generate the IBM offset of a new one',
  group: 'pins',
  request: layout(
    ...typedPinKey,
    key('pvk', 'pvk'),
    digits('maxPinLength', 2),
    ...blockFields('pinKey'),
    ...ibmFields,
    offset,
    pinBlockUnder('newPinBlock', 'pinKey'),
  ),
  reply: layout(offset),
  errors: {
    '01': 'verification failure',
    ...IBM_ERRORS,
    '10': 'PIN key parity',
    '11': 'PVK parity',
  },
  warnings: IBM_WARNINGS,
  run: (context, o) => {
    const from = pinKeyOf(context, o.pinKey, o.keyType);
    mustMatchOffset(context, pinOfBlock(context, from, { ...o, block: o.pinBlock }), o);
    const pin = pinOfBlock(context, from, { ...o, block: o.newPinBlock });
    return offsetOf(context, pin, o, '11');
  },
});
