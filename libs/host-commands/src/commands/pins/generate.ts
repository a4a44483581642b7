/** DE, BK, DG and EE: offsets, PVVs and PINs from each other. */
import { offsetOf, pinOf, pinOfBlock, pvvOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { key, layout } from '../../layout/nodes.js';
import { offset } from './ibm.js';
import {
  account12,
  blockFields,
  IBM_ERRORS,
  IBM_WARNINGS,
  ibmFields,
  pinKeyOf,
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
  errors: { ...IBM_ERRORS, '10': 'PVK parity' },
  warnings: IBM_WARNINGS,
  run: (context, o) => offsetOf(context, context.openPin(o.pin, o.account), o, '10'),
});

export const offsetOfSelectedPin = hostCommand({
  code: 'BK',
  name: 'Generate an IBM PIN offset of a customer-selected PIN',
  group: 'pins',
  repeatable: true,
  request: layout(...typedPinKey, key('pvk', 'pvk'), ...blockFields('pinKey'), ...ibmFields),
  reply: layout(offset),
  errors: { ...IBM_ERRORS, '10': 'TPK or ZPK parity', '11': 'PVK parity' },
  warnings: IBM_WARNINGS,
  run: (context, o) => {
    const pin = pinOfBlock(context, pinKeyOf(context, o.pinKey, o.keyType), {
      ...o,
      block: o.pinBlock,
    });
    return offsetOf(context, pin, o, '11');
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
  run: (context, o) => ({ pvv: pvvOf(context, context.openPin(o.pin, o.account), o, '10') }),
});

export const pinOfIbmOffset = hostCommand({
  code: 'EE',
  name: 'Derive a PIN with the IBM method',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk'), offset, ...ibmFields),
  reply: layout(storedPin),
  errors: { ...IBM_ERRORS, '10': 'PVK parity' },
  warnings: IBM_WARNINGS,
  run: (context, o) => {
    const { pin, ...warning } = pinOf(context, o);
    return { ...warning, pin: context.sealPin(pin, o.account) };
  },
});
