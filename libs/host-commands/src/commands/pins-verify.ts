/** PIN verification and its data: IBM 3624 offsets, Visa PVVs, from terminal, zone, DUKPT and LMK. */
import { offsetOfPin, pinOfOffset, pvv, verifyIbm3624, verifyPvv } from '@pinfold/pin';
import { hostCommand } from '../declare.js';
import type { Context } from '../device/context.js';
import type { OpenKey } from '../device/keys.js';
import { alnum, digits, hex, key, layout } from '../layout/nodes.js';
import { refuse } from '../refusal.js';
import { dukptPinKey, ksnFields } from './dukpt-fields.js';
import { pvvChain } from './pin-chains.js';
import {
  account12,
  checkLengthOf,
  format,
  ibmFields,
  offsetDigits,
  offsetField,
  pinBlockUnder,
  pinOfBlock,
  pvkPair,
  refuseWeak,
  tableOf,
  validationOf,
} from './pin-fields.js';

const pvki = digits('pvki', 1, { about: 'PVK indicator' });
const pvvField = digits('pvv', 4);
const offset = alnum('offset', 12, { about: 'left-justified, filled with F' });
const PAIR = { plain: 32, about: 'PVK pair' } as const;

interface IbmInputs {
  readonly pvk: string;
  readonly checkLength: string;
  readonly account: string;
  readonly decimalisationTable: string;
  readonly validationData: string;
}

function ibmOf(context: Context, o: IbmInputs, parity: '10' | '11') {
  return {
    pvk: context.key(o.pvk, 'pvk', parity).des,
    decimalisationTable: tableOf(context, o.decimalisationTable),
    validationData: validationOf(o.validationData, o.account),
  };
}

function verifyOffset(context: Context, pin: string, o: IbmInputs & { offset: string }) {
  const ibm = ibmOf(context, o, '11');
  const length = checkLengthOf(o.checkLength, pin);
  const digitsOfOffset = offsetDigits(o.offset, length);
  if (!verifyIbm3624({ ...ibm, pin: pin.slice(0, length), offset: digitsOfOffset })) refuse('01');
  return {};
}

function verifyPvvOf(
  context: Context,
  pin: string,
  o: { pvk: string; pvki: string; account: string; pvv: string },
) {
  const pvk = pvkPair(context.key(o.pvk, 'pvk', '11', 'verify'));
  if (!verifyPvv({ pvk, pvki: o.pvki, pan: `${o.account}0`, pin, pvv: o.pvv })) refuse('01');
  return {};
}

const blockFields = <const K extends string>(name: K) =>
  layout(pinBlockUnder('pinBlock', name), format('format'));

const verifyIbm = <const C extends 'DA' | 'EA'>(code: C, role: 'tpk' | 'zpk', whose: string) =>
  hostCommand({
    code,
    name: `Verify ${whose} PIN, IBM method`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('pinKey', role),
      key('pvk', 'pvk'),
      digits('maxPinLength', 2),
      ...blockFields('pinKey'),
      ...ibmFields,
      offset,
    ),
    reply: layout(),
    errors: {
      '01': 'verification failure',
      '10': `${role.toUpperCase()} parity`,
      '11': 'PVK parity',
    },
    run: (context, o) => {
      const from = context.key(o.pinKey, role, '10', 'decrypt');
      const pin = pinOfBlock(context, from, { ...o, block: o.pinBlock });
      if (pin.length > Number(o.maxPinLength)) refuse('24');
      return verifyOffset(context, pin, o);
    },
  });

export const verifyTerminalIbm = verifyIbm('DA', 'tpk', 'a terminal');
export const verifyInterchangeIbm = verifyIbm('EA', 'zpk', 'an interchange');

const verifyVisa = <const C extends 'DC' | 'EC'>(code: C, role: 'tpk' | 'zpk', whose: string) =>
  hostCommand({
    code,
    name: `Verify ${whose} PIN, Visa method`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('pinKey', role),
      key('pvk', 'pvk', PAIR),
      ...blockFields('pinKey'),
      account12,
      pvki,
      pvvField,
    ),
    reply: layout(),
    errors: {
      '01': 'verification failure',
      '10': `${role.toUpperCase()} parity`,
      '11': 'PVK parity',
    },
    run: (context, o) => {
      const from = context.key(o.pinKey, role, '10', 'decrypt');
      return verifyPvvOf(context, pinOfBlock(context, from, { ...o, block: o.pinBlock }), o);
    },
    chain: (context, o) =>
      pvvChain(o, {
        pin: context.key(o.pinKey, role, '10', 'decrypt'),
        pvk: () => pvkPair(context.key(o.pvk, 'pvk', '11', 'verify')),
      }),
  });

export const verifyTerminalPvv = verifyVisa('DC', 'tpk', 'a terminal');
export const verifyInterchangePvv = verifyVisa('EC', 'zpk', 'an interchange');

const dukptIbm = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: layout(
      digits('mode', 1, { about: '0: verify the PIN' }),
      key('bdk', 'bdk'),
      key('pvk', 'pvk'),
      ...ksnFields,
      hex('pinBlock', 16),
      format('format'),
      ...ibmFields,
      offset,
    ),
    reply: layout(),
    errors: { '01': 'verification failure', '10': 'BDK parity', '11': 'PVK parity' },
    run: (context, o) => {
      if (o.mode !== '0') refuse('15');
      const pin = pinOfBlock(context, dukptPinKey(context, o), { ...o, block: o.pinBlock });
      return verifyOffset(context, pin, o);
    },
  });

const dukptPvv = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: layout(
      digits('mode', 1, { about: '0: verify the PIN' }),
      key('bdk', 'bdk'),
      key('pvk', 'pvk', PAIR),
      ...ksnFields,
      hex('pinBlock', 16),
      format('format'),
      account12,
      pvki,
      pvvField,
    ),
    reply: layout(),
    errors: { '01': 'verification failure', '10': 'BDK parity', '11': 'PVK parity' },
    run: (context, o) => {
      if (o.mode !== '0') refuse('15');
      const pin = pinOfBlock(context, dukptPinKey(context, o), { ...o, block: o.pinBlock });
      return verifyPvvOf(context, pin, o);
    },
  });

export const verifyDukptIbm = dukptIbm('CK', 'Verify a PIN, DUKPT, IBM method');
export const verifyDukptIbmTripleDes = dukptIbm('GO', 'Verify a PIN, 3DES DUKPT, IBM method');
export const verifyDukptPvv = dukptPvv('CM', 'Verify a PIN, DUKPT, Visa method');
export const verifyDukptPvvTripleDes = dukptPvv('GQ', 'Verify a PIN, 3DES DUKPT, Visa method');

function newOffset(context: Context, pin: string, o: IbmInputs, parity: '10' | '11') {
  refuseWeak(context, pin);
  const ibm = ibmOf(context, o, parity);
  const length = checkLengthOf(o.checkLength, pin);
  return { offset: offsetField(offsetOfPin({ ...ibm, pin: pin.slice(0, length) })) };
}

const pinUnderLmk = alnum('pin', 'pin', { about: 'PIN under LMK 02-03' });

export const offsetOfStoredPin = hostCommand({
  code: 'DE',
  name: 'Generate an IBM PIN offset of a PIN under LMK',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk'), pinUnderLmk, ...ibmFields),
  reply: layout(offset),
  errors: { '10': 'PVK parity' },
  run: (context, o) => newOffset(context, context.openPin(o.pin, o.account), o, '10'),
});

export const offsetOfSelectedPin = hostCommand({
  code: 'BK',
  name: 'Generate an IBM PIN offset of a customer-selected PIN',
  group: 'pins',
  repeatable: true,
  request: layout(
    alnum('keyType', 3, { about: '001 ZPK, 002 TPK' }),
    key('pinKey', { typeFrom: 'keyType' }),
    key('pvk', 'pvk'),
    ...blockFields('pinKey'),
    ...ibmFields,
  ),
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

/** A ZPK or TPK, as the type says; FFF with key blocks, whose usage says it. */
function pinKeyOf(context: Context, token: string, type: string): OpenKey {
  if (type !== '001' && type !== '002' && type !== 'FFF') refuse('04');
  const role = type === '002' || (type === 'FFF' && token.slice(6, 8) === '71') ? 'tpk' : 'zpk';
  return context.key(token, role, '10', 'decrypt');
}

export const pvvOfStoredPin = hostCommand({
  code: 'DG',
  name: 'Generate a Visa PVV of a PIN under LMK',
  group: 'pins',
  repeatable: true,
  request: layout(key('pvk', 'pvk', PAIR), pinUnderLmk, account12, pvki),
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
  reply: layout(pinUnderLmk),
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

export const changePinPvv = hostCommand({
  code: 'CU',
  name: 'Verify a PIN and generate the PVV of a new one',
  group: 'pins',
  request: layout(
    alnum('keyType', 3, { about: '001 ZPK, 002 TPK' }),
    key('pinKey', { typeFrom: 'keyType' }),
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
    alnum('keyType', 3, { about: '001 ZPK, 002 TPK' }),
    key('pinKey', { typeFrom: 'keyType' }),
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

export const PIN_VERIFICATIONS = [
  verifyTerminalIbm,
  verifyTerminalPvv,
  verifyInterchangeIbm,
  verifyInterchangePvv,
  verifyDukptIbm,
  verifyDukptPvv,
  verifyDukptIbmTripleDes,
  verifyDukptPvvTripleDes,
  offsetOfStoredPin,
  offsetOfSelectedPin,
  pvvOfStoredPin,
  pinOfIbmOffset,
  changePinPvv,
  changePinOffset,
] as const;
