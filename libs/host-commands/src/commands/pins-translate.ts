/** PINs from key to key: between zone, terminal, DUKPT and LMK encipherment; clear PINs; comparison. */
import { equalConstantTime } from '@pinfold/crypto';
import { hostCommand } from '../declare.js';
import type { Context } from '../device/context.js';
import type { OpenKey } from '../device/keys.js';
import { alnum, choice, digits, hex, key, layout } from '../layout/nodes.js';
import { refuse } from '../refusal.js';
import { dukptPinKey, ksnFields } from './dukpt-fields.js';
import { translationChain } from './pin-chains.js';
import {
  account12,
  blockOfPin,
  checkTranslation,
  format,
  pinBlockUnder,
  pinOfBlock,
  refuseWeak,
} from './pin-fields.js';

interface Translation {
  readonly maxPinLength: string;
  readonly sourceBlock: string;
  readonly sourceFormat: string;
  readonly destinationFormat: string;
  readonly account: string;
}

function translate(context: Context, from: OpenKey, to: OpenKey, o: Translation) {
  checkTranslation(context, o.sourceFormat, o.destinationFormat);
  const { account } = o;
  const pin = pinOfBlock(context, from, { block: o.sourceBlock, format: o.sourceFormat, account });
  if (pin.length > Number(o.maxPinLength)) refuse('24');
  return {
    pinLength: String(pin.length).padStart(2, '0'),
    pinBlock: blockOfPin(context, to, { pin, format: o.destinationFormat, account }),
    format: o.destinationFormat,
  };
}

/** The same in steps. */
function translateChain(
  context: Context,
  role: 'tpk' | 'zpk',
  o: Translation & { readonly source: string; readonly destination: string },
) {
  const from = context.key(o.source, role, '10', 'decrypt');
  const to = context.key(o.destination, 'zpk', '11', 'encrypt');
  checkTranslation(context, o.sourceFormat, o.destinationFormat);
  return translationChain(context, o, { from, to });
}

const translationReply = layout(
  digits('pinLength', 2),
  hex('pinBlock', { beforeEnd: 2, max: 32 }),
  digits('format', 2),
);

const afterKeys = layout(
  digits('maxPinLength', 2, { about: 'longest PIN, usually 12' }),
  pinBlockUnder('sourceBlock', 'source'),
  format('sourceFormat'),
  format('destinationFormat'),
  hex('account', { accountFor: ['sourceFormat', 'destinationFormat'] }, { error: '22' }),
);

export const translateTpkToZpk = hostCommand({
  code: 'CA',
  name: 'Translate a PIN from TPK to ZPK',
  group: 'pins',
  repeatable: true,
  request: layout(key('source', 'tpk'), key('destination', 'zpk'), ...afterKeys),
  reply: translationReply,
  errors: { '10': 'source TPK parity', '11': 'destination ZPK parity' },
  run: (context, o) =>
    translate(
      context,
      context.key(o.source, 'tpk', '10', 'decrypt'),
      context.key(o.destination, 'zpk', '11', 'encrypt'),
      o,
    ),
  chain: (context, o) => translateChain(context, 'tpk', o),
});

export const translateZpkToZpk = hostCommand({
  code: 'CC',
  name: 'Translate a PIN from one ZPK to another',
  group: 'pins',
  repeatable: true,
  request: layout(key('source', 'zpk'), key('destination', 'zpk'), ...afterKeys),
  reply: translationReply,
  errors: { '10': 'source ZPK parity', '11': 'destination ZPK parity' },
  run: (context, o) =>
    translate(
      context,
      context.key(o.source, 'zpk', '10', 'decrypt'),
      context.key(o.destination, 'zpk', '11', 'encrypt'),
      o,
    ),
  chain: (context, o) => translateChain(context, 'zpk', o),
});

const dukptTranslation = layout(
  key('bdk', 'bdk'),
  key('destination', 'zpk'),
  ...ksnFields,
  hex('sourceBlock', 16),
  format('sourceFormat'),
  format('destinationFormat'),
  hex('account', { accountFor: ['sourceFormat', 'destinationFormat'] }, { error: '22' }),
);

/** CI (single DES sessions of old) and G0 differ in nothing that this device keeps. */
const fromDukpt = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: dukptTranslation,
    reply: translationReply,
    errors: { '10': 'BDK parity', '11': 'ZPK parity' },
    run: (context, o) =>
      translate(
        context,
        dukptPinKey(context, o),
        context.key(o.destination, 'zpk', '11', 'encrypt'),
        {
          ...o,
          maxPinLength: '12',
        },
      ),
  });

export const translateBdkToZpk = fromDukpt('CI', 'Translate a PIN from BDK (DUKPT) to ZPK');
export const translateBdkToZpkTripleDes = fromDukpt(
  'G0',
  'Translate a PIN from BDK (3DES DUKPT) to ZPK',
);

const pinField = alnum('pin', 'pin', { about: 'PIN under LMK 02-03' });

const toLmk = <const C extends 'JC' | 'JE'>(code: C, role: 'tpk' | 'zpk') =>
  hostCommand({
    code,
    name: `Translate a PIN from ${role.toUpperCase()} to LMK`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('source', role),
      pinBlockUnder('pinBlock', 'source'),
      format('format'),
      hex('account', { accountFor: ['format'] }, { error: '22' }),
    ),
    reply: layout(pinField),
    errors: { '10': `source ${role.toUpperCase()} parity` },
    run: (context, { source, pinBlock, format, account }) => {
      const from = context.key(source, role, '10', 'decrypt');
      const pin = pinOfBlock(context, from, { block: pinBlock, format, account });
      return { pin: context.sealPin(pin, account) };
    },
  });

export const translateTpkToLmk = toLmk('JC', 'tpk');
export const translateZpkToLmk = toLmk('JE', 'zpk');

export const translateLmkToZpk = hostCommand({
  code: 'JG',
  name: 'Translate a PIN from LMK to ZPK',
  group: 'pins',
  repeatable: true,
  request: layout(key('destination', 'zpk'), format('format'), account12, pinField),
  reply: layout(hex('pinBlock', { beforeEnd: 0, max: 32 })),
  errors: { '10': 'destination ZPK parity' },
  run: (context, { destination, format, account, pin }) => {
    const to = context.key(destination, 'zpk', '10', 'encrypt');
    const clear = context.openPin(pin, account);
    return { pinBlock: blockOfPin(context, to, { pin: clear, format, account }) };
  },
});

export const randomPin = hostCommand({
  code: 'JA',
  name: 'Generate a random PIN',
  group: 'pins',
  request: layout(
    account12,
    digits('length', 2, { about: 'digits of the PIN, 04 up to the PIN field less one' }),
  ),
  reply: layout(pinField),
  run: (context, { account, length }) => {
    const size = Number(length);
    if (size < 4 || size > 12) refuse('24');
    let pin: string;
    do pin = randomDigits(context, size);
    while (isRefusedWeak(context, pin));
    return { pin: context.sealPin(pin, account) };
  },
});

function isRefusedWeak(context: Context, pin: string): boolean {
  try {
    refuseWeak(context, pin);
    return false;
  } catch {
    return true;
  }
}

/** Digits without bias: bytes of 250 and more are drawn again. */
function randomDigits(context: Context, size: number): string {
  let text = '';
  while (text.length < size) {
    for (const byte of context.device.random(size)) {
      if (byte < 250 && text.length < size) text += byte % 10;
    }
  }
  return text;
}

export const encryptClearPin = hostCommand({
  code: 'BA',
  name: 'Encrypt a clear PIN',
  group: 'pins',
  request: layout(
    alnum('clearPin', 'pin', { about: 'the PIN, filled on the right with F' }),
    account12,
  ),
  reply: layout(pinField),
  errors: { '17': 'not authorised, or clear PINs not enabled' },
  run: (context, { clearPin, account }) => {
    context.authorised();
    const pin = /^(\d+)F*$/.exec(clearPin)?.[1];
    if (pin === undefined) return refuse('15');
    if (pin.length < 4) refuse('24');
    refuseWeak(context, pin);
    return { pin: context.sealPin(pin, account) };
  },
});

export const decryptPin = hostCommand({
  code: 'NG',
  name: 'Decrypt an encrypted PIN',
  group: 'pins',
  request: layout(account12, pinField),
  reply: layout(
    alnum('clearPin', 'pin', { about: 'the PIN, filled on the right with F' }),
    digits('reference', 12, { about: 'reference number for the cardholder: zeros here' }),
  ),
  errors: { '17': 'not authorised, or clear PINs not enabled' },
  run: (context, { account, pin }) => {
    context.authorised();
    const clear = context.openPin(pin, account);
    return {
      clearPin: clear.padEnd(context.device.pinLength, 'F'),
      reference: '0'.repeat(12),
    };
  },
});

const compare = <const C extends 'BC' | 'BE'>(code: C, role: 'tpk' | 'zpk', whose: string) =>
  hostCommand({
    code,
    name: `Verify ${whose} PIN by comparison with a stored one`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('source', role),
      pinBlockUnder('pinBlock', 'source'),
      format('format'),
      account12,
      pinField,
    ),
    reply: layout(),
    errors: { '01': 'the PINs differ', '10': `${role.toUpperCase()} parity` },
    run: (context, { source, pinBlock, format, account, pin }) => {
      const from = context.key(source, role, '10', 'decrypt');
      const given = pinOfBlock(context, from, { block: pinBlock, format, account });
      const stored = context.openPin(pin, account);
      if (!equalConstantTime(padded(given), padded(stored))) refuse('01');
      return {};
    },
  });

const padded = (pin: string) => new TextEncoder().encode(pin.padEnd(12, 'F'));

export const compareTerminalPin = compare('BC', 'tpk', 'a terminal');
export const compareInterchangePin = compare('BE', 'zpk', 'an interchange');

export const translatePinLength = hostCommand({
  code: 'BG',
  name: 'Translate a PIN and its length',
  group: 'pins',
  request: layout(
    account12,
    pinField,
    choice('target', { '0': 'to the length of the PIN field' }, { error: '15' }),
  ),
  reply: layout(pinField),
  notes: 'This device has one length of PIN field; the PIN is enciphered again.',
  run: (context, { account, pin }) => ({
    pin: context.sealPin(context.openPin(pin, account), account),
  }),
});

export const translatePinAlgorithm = hostCommand({
  code: 'BQ',
  name: 'Translate a PIN algorithm',
  group: 'pins',
  request: layout(account12, pinField),
  reply: layout(pinField),
  notes: 'This device has one PIN algorithm; the PIN is checked and enciphered again.',
  run: (context, { account, pin }) => ({
    pin: context.sealPin(context.openPin(pin, account), account),
  }),
});

export const translateAccount = hostCommand({
  code: 'QK',
  name: 'Translate the account number of a PIN under LMK',
  group: 'pins',
  request: layout(
    digits('oldAccount', 12, { error: '22' }),
    digits('newAccount', 12, { error: '22' }),
    pinField,
  ),
  reply: layout(pinField),
  run: (context, { oldAccount, newAccount, pin }) => {
    context.authorised();
    return { pin: context.sealPin(context.openPin(pin, oldAccount), newAccount) };
  },
});

export const PIN_TRANSLATIONS = [
  translateTpkToZpk,
  translateZpkToZpk,
  translateBdkToZpk,
  translateBdkToZpkTripleDes,
  randomPin,
  translateTpkToLmk,
  translateZpkToLmk,
  translateLmkToZpk,
  encryptClearPin,
  decryptPin,
  compareTerminalPin,
  compareInterchangePin,
  translatePinLength,
  translatePinAlgorithm,
  translateAccount,
] as const;
