/** CU and DU: PIN changes. */

import { pvv } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import { digits, key, layout } from '../../layout/nodes.js';
import { newOffset, offset, verifyOffset } from './ibm.js';
import {
  account12,
  blockFields,
  ibmFields,
  pinBlockUnder,
  pinKeyOf,
  pinOfBlock,
  pvkPair,
  refuseWeak,
  typedPinKey,
} from './pin-fields.js';
import { PAIR, pvki, pvvField, verifyPvvOf } from './visa.js';

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
    verifyPvvOf(context, pinOfBlock(context, from, { ...o, block: o.pinBlock }), o);
    const pin = pinOfBlock(context, from, { ...o, block: o.newPinBlock });
    refuseWeak(context, pin);
    const pvk = pvkPair(context.key(o.pvk, 'pvk', '11', 'generate'));
    return { pvv: pvv({ pvk, pvki: o.pvki, pan: `${o.account}0`, pin }) };
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
  errors: { '01': 'verification failure', '10': 'PIN key parity', '11': 'PVK parity' },
  run: (context, o) => {
    const from = pinKeyOf(context, o.pinKey, o.keyType);
    verifyOffset(context, pinOfBlock(context, from, { ...o, block: o.pinBlock }), o);
    const pin = pinOfBlock(context, from, { ...o, block: o.newPinBlock });
    return newOffset(context, pin, o, '11');
  },
});
