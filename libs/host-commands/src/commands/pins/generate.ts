/** DE, BK, DG and EE: offsets, PVVs and PINs from each other. */

import { pinOfOffset, pvv } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import { key, layout } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { ibmOf, newOffset, offset } from './ibm.js';
import {
  account12,
  blockFields,
  ibmFields,
  offsetDigits,
  pinKeyOf,
  pinOfBlock,
  pvkPair,
  refuseWeak,
  storedPin,
  typedPinKey,
} from './pin-fields.js';
import { PAIR, pvki, pvvField } from './visa.js';

export const offsetOfStoredPin = hostCommand({
  code: 'DE',
  name: 'Generate an IBM PIN offset of a PIN under LMK',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk'), storedPin, ...ibmFields),
  reply: layout(offset),
  errors: { '10': 'PVK parity' },
  run: (context, o) => newOffset(context, context.openPin(o.pin, o.account), o, '10'),
});

export const offsetOfSelectedPin = hostCommand({
  code: 'BK',
  name: 'Generate an IBM PIN offset of a customer-selected PIN',
  group: 'pins',
  repeatable: true,
  request: layout(...typedPinKey, key('pvk', 'pvk'), ...blockFields('pinKey'), ...ibmFields),
  reply: layout(offset),
  errors: { '10': 'TPK or ZPK parity', '11': 'PVK parity' },
  run: (context, o) => {
    const pin = pinOfBlock(context, pinKeyOf(context, o.pinKey, o.keyType), {
      ...o,
      block: o.pinBlock,
    });
    return newOffset(context, pin, o, '11');
  },
});

export const pvvOfStoredPin = hostCommand({
  code: 'DG',
  name: 'Generate a Visa PVV of a PIN under LMK',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk', PAIR), storedPin, account12, pvki),
  reply: layout(pvvField),
  errors: { '10': 'PVK parity' },
  run: (context, o) => {
    const pvk = pvkPair(context.key(o.pvk, 'pvk', '10', 'generate'));
    const pin = context.openPin(o.pin, o.account);
    refuseWeak(context, pin);
    return { pvv: pvv({ pvk, pvki: o.pvki, pan: `${o.account}0`, pin }) };
  },
});

export const pinOfIbmOffset = hostCommand({
  code: 'EE',
  name: 'Derive a PIN with the IBM method',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk'), offset, ...ibmFields),
  reply: layout(storedPin),
  errors: { '10': 'PVK parity' },
  run: (context, o) => {
    const length = Number(o.checkLength);
    if (length < 4 || length > 12) refuse('24');
    const ibm = ibmOf(context, o, '10');
    const pin = pinOfOffset({ ...ibm, offset: offsetDigits(o.offset, length) });
    refuseWeak(context, pin);
    return { pin: context.sealPin(pin, o.account) };
  },
});
