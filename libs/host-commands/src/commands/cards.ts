/** Card values (CVV, CSC, dynamic CVV and CVC3) and EMV: cryptograms, data authentication, scripts. */
import { DesKey, equalConstantTime, fromHex, toHex } from '@pinfold/crypto';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  encryptScriptData,
  iccMasterKey,
  type SessionKeyMethod,
  scriptMac,
  sessionKey,
  visaPinChangeBlock,
} from '@pinfold/emv';
import { amexCsc, cvc3, cvv, dcvv, encodePinBlock } from '@pinfold/pin';
import { hostCommand } from '../declare.js';
import type { Context } from '../device/context.js';
import { bytesOfWire } from '../layout/chars.js';
import {
  binary,
  choice,
  digits,
  hex,
  key,
  layout,
  literal,
  unlessEnd,
  when,
} from '../layout/nodes.js';
import { refuse } from '../refusal.js';
import { pinOfBlock } from './pin-fields.js';

const CVK = { plain: 32, about: 'CVK pair' } as const;
const pan = digits('pan', { until: ';', min: 12, max: 19 }, { error: '22' });

function cvkOf(context: Context, token: string, need: 'generate' | 'verify'): DesKey {
  const opened = context.key(token, 'cvk', '10', need);
  return opened.bytes.length === 16 ? opened.des : refuse('27');
}

function same(expected: string, given: string): void {
  if (!equalConstantTime(bytesOfWire(expected), bytesOfWire(given))) refuse('01');
}

const cvvFields = layout(
  key('cvk', 'cvk', CVK),
  pan,
  digits('expiry', 4),
  digits('serviceCode', 3),
);

export const generateCvv = hostCommand({
  code: 'CW',
  name: 'Generate a card verification code or value',
  group: 'cards',
  repeatable: true,
  request: cvvFields,
  reply: layout(digits('cvv', 3)),
  errors: { '10': 'CVK parity', '27': 'CVK not double length' },
  run: (context, o): { cvv: string } => {
    const { pan, expiry, serviceCode } = o;
    return { cvv: cvv({ cvk: cvkOf(context, o.cvk, 'generate'), pan, expiry, serviceCode }) };
  },
});

export const verifyCvv = hostCommand({
  code: 'CY',
  name: 'Verify a card verification code or value',
  group: 'cards',
  repeatable: true,
  request: layout(
    key('cvk', 'cvk', CVK),
    digits('cvv', 3),
    pan,
    digits('expiry', 4),
    digits('serviceCode', 3),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'CVK parity', '27': 'CVK not double length' },
  run: (context, o) => {
    const { pan, expiry, serviceCode } = o;
    same(cvv({ cvk: cvkOf(context, o.cvk, 'verify'), pan, expiry, serviceCode }), o.cvv);
    return {};
  },
});

export const amexCodes = hostCommand({
  code: 'RY',
  name: 'Calculate or verify American Express card security codes',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '3': 'calculate', '4': 'verify' }, { error: '15' }),
    choice('flag', { '0': 'CSC version 1' }, { error: '15' }),
    key('csck', 'cvk', { plain: 32, about: 'CSCK' }),
    digits('account', 19, { about: 'account number, zero-filled on the right', error: '22' }),
    digits('expiry', 4, { about: 'YYMM' }),
    when('mode', '4', hex('csc5', 5), hex('csc4', 4), hex('csc3', 3)),
  ),
  reply: layout(
    hex('codes', { beforeEnd: 0, max: 13 }, { about: 'calculate: mode and the three codes' }),
  ),
  errors: { '01': 'verification failure', '10': 'CSCK parity' },
  notes:
    'American Express does not publish its algorithm: the codes are those of `amexCsc` in libs/pin, unconfirmed. FFFF as a code is not checked.',
  run: (context, o) => {
    const csck = cvkOf(context, o.csck, 'generate');
    const number = o.account.replace(/0+$/, '').padEnd(15, '0');
    const { csc5, csc4, csc3 } = amexCsc({ csck, pan: number, expiry: o.expiry });
    if (o.mode === '3') return { codes: csc5 + csc4 + csc3 };
    const given = [o.csc5!, o.csc4!, o.csc3!];
    [csc5, csc4, csc3].forEach((code, i) => {
      if (!/^F+$/.test(given[i]!)) same(code, given[i]!);
    });
    return { codes: '' };
  },
});

export const verifyDynamicCvv = hostCommand({
  code: 'PM',
  name: 'Verify a dynamic CVV or CVC',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('scheme', { '0': 'Visa dCVV', '1': 'Mastercard CVC3' }, { error: '05' }),
    choice('version', { '0': 'first' }, { error: '15' }),
    key('masterKey', 'mkCvc3', { about: 'MK-DCVV or MK-CVC3' }),
    choice('option', { A: 'EMV option A', B: 'EMV option B' }, { error: '15' }),
    pan,
    digits('psn', 2),
    when(
      'scheme',
      '0',
      digits('expiry', 4),
      digits('serviceCode', 3),
      digits('atc', 4),
      digits('dcvv', 3),
    ),
    when(
      'scheme',
      '1',
      hex('trackLength', 4, { about: 'bytes of the static track data' }),
      binary('track', { from: 'trackLength', radix: 16, max: 256 }),
      hex('un', 8),
      hex('atc3', 4),
      digits('cvc3', 5),
    ),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'master key parity' },
  notes:
    'CVC3: as many right-most digits are compared as follow leading zeros of the field, at least 3.',
  run: (context, o) => {
    const opened = context.key(o.masterKey, 'mkCvc3', '10', 'derive');
    const { option, psn } = o;
    const card = iccMasterKey({ imk: opened.bytes, pan: o.pan, psn, option });
    const cardKey = DesKey.of(card);
    try {
      if (o.scheme === '0') {
        const { expiry, serviceCode, atc } = o as Required<typeof o>;
        same(dcvv({ cvk: cardKey, pan: o.pan, expiry, serviceCode, atc }), o.dcvv!);
        return {};
      }
      const size = Math.max(3, o.cvc3!.replace(/^0+/, '').length);
      const made = cvc3({
        key: cardKey,
        track: o.track!,
        atc: fromHex(o.atc3!),
        un: fromHex(o.un!),
        digits: size,
      });
      same(made, o.cvc3!.slice(-size));
      return {};
    } finally {
      cardKey.wipe();
      card.fill(0);
    }
  },
});

const panPsn = binary('panPsn', 8, {
  about: 'account number and sequence number, 16 right-most digits, packed',
});
const atc = binary('atc', 2);
const un = binary('un', 4, { about: 'unpredictable number' });
const transaction = layout(
  hex('length', 2, { error: '80', about: 'bytes of the transaction data' }),
  binary('data', { from: 'length', radix: 16, max: 255 }),
  literal(';'),
);
const arqcErrors = {
  '01': 'ARQC verification failure',
  '04': 'mode',
  '05': 'scheme',
  '10': 'MK-AC parity',
  '81': 'no transaction data',
} as const;

/** The card's master key by option A from 16 digits, packed: the block is already formed. */
function cardKeyOf(masterKey: Uint8Array, panPsnBytes: Uint8Array): Uint8Array {
  const text = toHex(panPsnBytes);
  if (!/^\d{16}$/.test(text)) refuse('22');
  return iccMasterKey({ imk: masterKey, pan: text.slice(0, 14), psn: text.slice(14) });
}

const ARQC_MODES = {
  '0': 'verify the ARQC',
  '1': 'verify the ARQC, make the ARPC',
  '2': 'make the ARPC',
} as const;

interface ArqcInput {
  readonly mode: string;
  readonly masterKey: Uint8Array;
  readonly panPsn: Uint8Array;
  readonly session: SessionKeyMethod;
  readonly padding: 'iso1' | 'iso2';
  readonly data: Uint8Array;
  readonly arqc: Uint8Array;
  readonly arpc: (session: Uint8Array) => Uint8Array;
}

/** Verifies and answers, as KQ and KW do. */
function arqcArpc(o: ArqcInput): { arpc: Uint8Array } {
  if (o.mode !== '2' && o.data.length === 0) refuse('81');
  const card = cardKeyOf(o.masterKey, o.panPsn);
  const session = sessionKey(card, o.session);
  try {
    if (o.mode !== '2') {
      const expected = applicationCryptogram({ key: session, data: o.data, padding: o.padding });
      if (!equalConstantTime(expected, o.arqc)) refuse('01');
    }
    return { arpc: o.mode === '0' ? new Uint8Array() : o.arpc(session) };
  } finally {
    card.fill(0);
    session.fill(0);
  }
}

const arpcReply = layout(binary('arpc', { beforeEnd: 0, max: 8 }));

export const verifyArqc = hostCommand({
  code: 'KQ',
  name: 'Verify an ARQC, make an ARPC (EMV 3.1.1)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', ARQC_MODES, { error: '04' }),
    choice(
      'scheme',
      { '0': 'Visa, no session key', '1': 'Mastercard M/Chip session key' },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    un,
    ...transaction,
    binary('arqc', 8),
    when('mode', ['1', '2'], binary('arc', 2, { about: 'authorisation response code' })),
  ),
  reply: arpcReply,
  errors: arqcErrors,
  notes:
    'The transaction data is filled with zeros when needed (scheme 0), or with 80 and zeros (scheme 1).',
  run: (context, o) => {
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const visa = o.scheme === '0';
    return arqcArpc({
      ...o,
      masterKey,
      session: visa ? { method: 'none' } : { method: 'mastercard', atc: o.atc, un: o.un },
      padding: visa ? 'iso1' : 'iso2',
      arpc: (session) => arpcMethod1({ key: session, arqc: o.arqc, arc: o.arc! }),
    });
  },
});

export const verifyArqc4 = hostCommand({
  code: 'KW',
  name: 'Verify an ARQC, make an ARPC (EMV 4.x)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      { ...ARQC_MODES, '3': 'verify, make the ARPC by method 2', '4': 'make the ARPC by method 2' },
      { error: '04' },
    ),
    choice('scheme', { '2': 'EMV common session key' }, { error: '05' }),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    ...transaction,
    binary('arqc', 8),
    when('mode', ['1', '2'], binary('arc', 2)),
    when(
      'mode',
      ['3', '4'],
      binary('csu', 4, { about: 'card status update' }),
      digits('proprietaryLength', 1),
      binary('proprietary', { from: 'proprietaryLength', max: 8 }),
    ),
  ),
  reply: arpcReply,
  errors: arqcErrors,
  notes: 'Schemes 0 and 1 (EMV2000 tree) are not served. Data is padded with 80 and zeros.',
  run: (context, o) => {
    const { bytes: masterKey } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const diversifier = new Uint8Array(8);
    diversifier.set(o.atc);
    const method2 = o.mode === '3' || o.mode === '4';
    return arqcArpc({
      ...o,
      mode: o.mode === '3' ? '1' : o.mode === '4' ? '2' : o.mode,
      masterKey,
      session: { method: 'common', diversifier },
      padding: 'iso2',
      arpc: (session) =>
        method2
          ? arpcMethod2({
              key: session,
              arqc: o.arqc,
              csu: o.csu!,
              proprietaryData: o.proprietary!,
            })
          : arpcMethod1({ key: session, arqc: o.arqc, arc: o.arc! }),
    });
  },
});

export const verifyTruncatedCryptogram = hostCommand({
  code: 'K2',
  name: 'Verify a truncated application cryptogram (CAP)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'scheme',
      { '0': 'Visa, no session key', '1': 'Mastercard M/Chip', '2': 'EMV common session key' },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    un,
    ...transaction,
    binary('cryptogram', 8, { about: 'zeros where the mask has none' }),
    binary('mask', 8, { about: 'ones for the bits that are compared' }),
  ),
  reply: layout(),
  errors: arqcErrors,
  notes: 'Fields are this program’s own: no public layout of the command was at hand.',
  run: (context, o) => {
    const { bytes } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const card = cardKeyOf(bytes, o.panPsn);
    const diversifier = new Uint8Array(8);
    diversifier.set(o.atc);
    const how: SessionKeyMethod =
      o.scheme === '0'
        ? { method: 'none' }
        : o.scheme === '1'
          ? { method: 'mastercard', atc: o.atc, un: o.un }
          : { method: 'common', diversifier };
    const session = sessionKey(card, how);
    const padding = o.scheme === '0' ? 'iso1' : 'iso2';
    const made = applicationCryptogram({ key: session, data: o.data, padding });
    if (o.mask.every((byte) => byte === 0)) refuse('15');
    const masked = made.map((byte, i) => byte & o.mask[i]!);
    const given = o.cryptogram.map((byte, i) => byte & o.mask[i]!);
    if (!equalConstantTime(masked, given)) refuse('01');
    return {};
  },
});

export const verifyDataAuthentication = hostCommand({
  code: 'KS',
  name: 'Verify a data authentication code or dynamic number',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '0': 'data authentication code', '1': 'ICC dynamic number' }, { error: '04' }),
    choice('scheme', { '1': 'Mastercard' }, { error: '05' }),
    when('mode', '0', key('mkDac', 'mkDac')),
    when('mode', '1', key('mkDn', 'mkDn')),
    panPsn,
    when('mode', '0', binary('dac', 2)),
    when('mode', '1', binary('atc', 2), binary('un', 4), binary('dynamicNumber', 8)),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '04': 'mode', '05': 'scheme', '10': 'master key parity' },
  notes:
    'Code: left two bytes of the card’s key over PAN and sequence number; number: the card’s key over ATC, zeros and unpredictable number.',
  run: (context, o) => {
    const code = o.mode === '0';
    const role = code ? 'mkDac' : 'mkDn';
    const { bytes } = context.key((o.mkDac ?? o.mkDn)!, role, '10', 'derive');
    const block = new Uint8Array(8);
    if (code) block.set(o.panPsn);
    else {
      block.set(o.atc!);
      block.set(o.un!, 4);
    }
    const card = cardKeyOf(bytes, o.panPsn);
    const made = applicationCryptogram({ key: card, data: block, padding: 'none' });
    const given = code ? o.dac! : o.dynamicNumber!;
    if (!equalConstantTime(made.slice(0, given.length), given)) refuse('01');
    return {};
  },
});

const SCRIPT_MODES = {
  '0': 'MAC',
  '1': 'MAC and enciphered data',
  '2': 'MAC and PIN change',
} as const;

/** KU and KY: the MAC of a script command, its data enciphered, or a new PIN in it. */
const secureMessage = <const C extends 'KU' | 'KY'>(code: C) => {
  const old = code === 'KU';
  const schemes: Readonly<Record<string, string>> = old
    ? { '0': 'Visa', '1': 'Mastercard M/Chip' }
    : { '2': 'EMV common session key', '3': 'Mastercard M/Chip 4' };
  return hostCommand({
    code,
    name: `Make a secure message to a card (${old ? 'EMV 3.1.1' : 'EMV 4.x'})`,
    group: 'cards',
    request: layout(
      choice('mode', SCRIPT_MODES, { error: '04' }),
      choice('scheme', schemes, { error: '05' }),
      key('mkSmi', 'mkSmi'),
      panPsn,
      binary('session', 8, {
        about: 'ATC and zeros, ARQC or random number: what the scheme takes',
      }),
      hex('length', 4, { error: '80', about: 'bytes that the MAC covers' }),
      binary('message', { from: 'length', radix: 16, max: 4_096 }),
      literal(';'),
      when(
        'mode',
        ['1', '2'],
        key('mkSmc', 'mkSmc'),
        hex('offset', 4, { about: 'where the enciphered data goes in the message' }),
      ),
      when(
        'mode',
        '1',
        hex('clearLength', 4),
        binary('clear', { from: 'clearLength', radix: 16, max: 255 }),
        literal(';'),
      ),
      when(
        'mode',
        '2',
        choice('keyKind', { '0': 'ZPK', '1': 'TPK' }),
        key('pinKey', 'zpk', { about: 'ZPK or TPK' }),
        hex('pinBlock', 16),
        digits('sourceFormat', 2, { error: '23' }),
        digits('destinationFormat', 2, { error: '23', about: '34, 35 or 41' }),
        digits('account', 12, { error: '22' }),
      ),
    ),
    reply: layout(
      binary('mac', 8),
      unlessEnd(
        0,
        hex('sealedLength', 4),
        binary('sealed', { from: 'sealedLength', radix: 16, max: 512 }),
      ),
    ),
    errors: { '04': 'mode', '05': 'scheme', '10': 'MK-SMI parity', '11': 'MK-SMC parity' },
    notes:
      'Fields follow the payShield in kind, not in every detail: the message is what the MAC covers, and the enciphered data is put into it at the offset. Format 41 takes the card key of MK-SMC; 42 is not served.',
    run: (context, o) => {
      const smi = context.key(o.mkSmi, 'mkSmi', '10', 'derive');
      const session = scriptSession(smi.bytes, o.panPsn, o);
      let message = o.message;
      let sealed: Uint8Array | undefined;
      if (o.mode !== '0') {
        const smc = context.key(o.mkSmc!, 'mkSmc', '11', 'derive');
        const clear = o.mode === '1' ? o.clear! : newPinBlock(context, smc.bytes, o as never);
        const encryption = o.scheme === '0' ? 'visa' : o.scheme === '2' ? 'emv' : 'mastercard';
        sealed = encryptScriptData({
          key: scriptSession(smc.bytes, o.panPsn, o),
          data: clear,
          encryption,
        });
        clear.fill(0);
        const at = Number.parseInt(o.offset!, 16);
        if (at > message.length) refuse('80');
        message = new Uint8Array([...message.slice(0, at), ...sealed, ...message.slice(at)]);
      }
      const mac = scriptMac({
        key: session,
        commandHeader: message.slice(0, 5),
        macPrefix: message.slice(5),
      });
      if (sealed === undefined) return { mac };
      const sealedLength = sealed.length.toString(16).toUpperCase().padStart(4, '0');
      return { mac, sealedLength, sealed };
    },
  });
};

function scriptSession(
  masterKey: Uint8Array,
  panPsnBytes: Uint8Array,
  o: { scheme: string; session: Uint8Array },
): Uint8Array {
  const card = cardKeyOf(masterKey, panPsnBytes);
  const how: SessionKeyMethod =
    o.scheme === '0'
      ? { method: 'visa-sm', atc: o.session.slice(0, 2) }
      : { method: 'common', diversifier: o.session };
  return sessionKey(card, how);
}

interface PinChange {
  readonly keyKind: '0' | '1';
  readonly pinKey: string;
  readonly pinBlock: string;
  readonly sourceFormat: string;
  readonly destinationFormat: string;
  readonly account: string;
  readonly panPsn: Uint8Array;
}

/** The PIN of the block as the card takes it. */
function newPinBlock(context: Context, masterKey: Uint8Array, o: PinChange): Uint8Array {
  const from = context.key(o.pinKey, o.keyKind === '0' ? 'zpk' : 'tpk', '12', 'decrypt');
  const pin = pinOfBlock(context, from, {
    block: o.pinBlock,
    format: o.sourceFormat,
    account: o.account,
  });
  switch (o.destinationFormat) {
    case '34':
      return encodePinBlock({ format: 'iso2', pin });
    case '35':
      return encodePinBlock({ format: 'mastercard-pay-now-pay-later', pin, pan: `${o.account}0` });
    case '41':
      return visaPinChangeBlock({ masterKeyAc: cardKeyOf(masterKey, o.panPsn), newPin: pin });
    default:
      return refuse('23');
  }
}

export const secureMessage3 = secureMessage('KU');
export const secureMessage4 = secureMessage('KY');

export const CARD_COMMANDS = [
  generateCvv,
  verifyCvv,
  amexCodes,
  verifyDynamicCvv,
  verifyArqc,
  verifyArqc4,
  verifyTruncatedCryptogram,
  verifyDataAuthentication,
  secureMessage3,
  secureMessage4,
] as const;
