/** MACs: the M6 family with algorithms and paddings by number, and the older commands with TAK and ZAK. */
import {
  cmac,
  equalConstantTime,
  fromHex,
  hmac,
  Iso9797Stream,
  iso9797Mac,
  toHex,
} from '@pinfold/crypto';
import { hostCommand } from '../declare.js';
import type { Context } from '../device/context.js';
import type { KeyRole } from '../device/key-roles.js';
import type { KeyNeed, OpenKey } from '../device/keys.js';
import { bytesOfWire } from '../layout/chars.js';
import { alnum, binary, choice, digits, hex, key, layout, when } from '../layout/nodes.js';
import { refuse } from '../refusal.js';
import { dukptKey, ksnFields } from './dukpt-fields.js';

const MODES = {
  '0': 'only block',
  '1': 'first block',
  '2': 'middle block',
  '3': 'last block',
} as const;
const FORMATS = { '0': 'binary', '1': 'hexadecimal', '2': 'text' } as const;
const SIZES = { '0': '8 digits', '1': '16 digits' } as const;
const ALGORITHMS = {
  '1': 'ISO 9797-1 algorithm 1',
  '3': 'ISO 9797-1 algorithm 3',
  '6': 'CMAC',
} as const;
const PADDINGS = {
  '0': 'none',
  '1': 'ISO 9797-1 method 1',
  '2': 'method 2',
  '3': 'method 3',
} as const;
const MESSAGE_MAX = 32_000;

type Mode = keyof typeof MODES;

const mode = choice('mode', MODES, { error: '02' });
const inputFormat = choice('inputFormat', FORMATS, { error: '03' });
const message = layout(
  hex('length', 4, { error: '06', about: 'characters of the message' }),
  binary('message', { from: 'length', radix: 16, max: MESSAGE_MAX }),
);

/** The bytes that a message field stands for. */
function dataOf(format: keyof typeof FORMATS, field: Uint8Array): Uint8Array {
  if (format !== '1') return field;
  const text = Buffer.from(field).toString('latin1');
  return /^(?:[0-9A-F]{2})*$/.test(text) ? fromHex(text) : refuse('15');
}

const macRole = (type: string): KeyRole =>
  type === '003' ? 'tak' : type === '008' || type === 'FFF' ? 'zak' : refuse('05');

interface Part {
  readonly mode: Mode;
  readonly algorithm: keyof typeof ALGORITHMS;
  readonly padding: keyof typeof PADDINGS;
  readonly iv?: string;
  readonly data: Uint8Array;
}

/** The MAC of a part: the chaining value as `iv` when more parts follow, else the MAC. */
function macOf(key: OpenKey, o: Part): { iv?: string; mac?: Uint8Array } {
  const goesOn = o.mode === '1' || o.mode === '2';
  if (o.algorithm === '6') {
    if (o.mode !== '0') refuse('02');
    return { mac: cmac(key.block, o.data) };
  }
  const algorithm = o.algorithm === '1' ? 1 : 3;
  if (algorithm === 3 && key.bytes.length === 8) refuse('27');
  const padding = Number(o.padding) as 0 | 1 | 2 | 3;
  if (o.mode === '0')
    return { mac: iso9797Mac({ algorithm, padding, key: key.des, data: o.data }) };
  if (padding === 3) refuse('09');
  const iv = o.iv === undefined ? undefined : fromHex(o.iv);
  const stream = new Iso9797Stream({ algorithm, padding, key: key.des, iv }).update(o.data);
  if (!goesOn) return { mac: stream.finish() };
  if (o.data.length % 8 !== 0) refuse('06');
  return { iv: toHex(stream.chainingValue()) };
}

const cut = (context: Context, mac: Uint8Array, size: keyof typeof SIZES): string => {
  if (size === '0') context.unless('no-short-macs');
  return toHex(mac).slice(0, size === '0' ? 8 : 16);
};

const macErrors = {
  '02': 'mode',
  '03': 'input format',
  '04': 'MAC algorithm or size',
  '05': 'key type',
  '06': 'message length',
  '09': 'padding method',
  '10': 'key parity',
} as const;

const macHead = layout(
  mode,
  inputFormat,
  choice('macSize', SIZES, { error: '04' }),
  choice('algorithm', ALGORITHMS, { error: '04' }),
  choice('padding', PADDINGS, { error: '09' }),
  alnum('keyType', 3, { error: '05', about: '003 TAK, 008 ZAK, FFF with key blocks' }),
  key('key', { typeFrom: 'keyType' }),
  when('mode', ['2', '3'], hex('iv', 16, { about: 'chaining value of the block before' })),
  ...message,
);

export const generateMac = hostCommand({
  code: 'M6',
  name: 'Generate a MAC',
  group: 'macs and data',
  repeatable: true,
  request: macHead,
  reply: layout(hex('mac', { beforeEnd: 0, max: 16 }, { about: 'MAC, or chaining value' })),
  errors: macErrors,
  run: (context, o) => {
    const opened = context.key(o.key, macRole(o.keyType), '10', 'generate');
    const data = dataOf(o.inputFormat, o.message);
    const { iv, mac } = macOf(opened, { ...o, data });
    return { mac: iv ?? cut(context, mac!, o.macSize) };
  },
});

export const verifyMac = hostCommand({
  code: 'M8',
  name: 'Verify a MAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    ...macHead,
    when('mode', ['0', '3'], hex('mac', { by: 'macSize', of: { '0': 8 }, otherwise: 16 })),
  ),
  reply: layout(
    hex('iv', { beforeEnd: 0, max: 16 }, { about: 'chaining value after a first or middle block' }),
  ),
  errors: { ...macErrors, '01': 'verification failure' },
  run: (context, o) => {
    const opened = context.key(o.key, macRole(o.keyType), '10', 'verify');
    const { iv, mac } = macOf(opened, { ...o, data: dataOf(o.inputFormat, o.message) });
    if (iv !== undefined) return { iv };
    checkMac(cut(context, mac!, o.macSize), o.mac!);
    return { iv: '' };
  },
});

function checkMac(expected: string, given: string): void {
  if (!equalConstantTime(bytesOfWire(expected), bytesOfWire(given))) refuse('01');
}

export const translateMac = hostCommand({
  code: 'MY',
  name: 'Verify and translate a MAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    mode,
    inputFormat,
    choice('macSize', SIZES, { error: '04' }),
    choice('algorithm', ALGORITHMS, { error: '04' }),
    choice('padding', PADDINGS, { error: '09' }),
    alnum('keyType', 3, { error: '05' }),
    key('key', { typeFrom: 'keyType' }),
    choice('newMacSize', SIZES, { error: '04' }),
    choice('newAlgorithm', ALGORITHMS, { error: '04' }),
    choice('newPadding', PADDINGS, { error: '09' }),
    alnum('newKeyType', 3, { error: '05' }),
    key('newKey', { typeFrom: 'newKeyType' }),
    when('mode', ['2', '3'], hex('iv', 16), hex('newIv', 16)),
    ...message,
    when('mode', ['0', '3'], hex('mac', { by: 'macSize', of: { '0': 8 }, otherwise: 16 })),
  ),
  reply: layout(
    hex('mac', { beforeEnd: 0, max: 32 }, { about: 'new MAC, or both chaining values' }),
  ),
  errors: { ...macErrors, '01': 'verification failure', '11': 'new key parity' },
  run: (context, o) => {
    const from = context.key(o.key, macRole(o.keyType), '10', 'verify');
    const to = context.key(o.newKey, macRole(o.newKeyType), '11', 'generate');
    const data = dataOf(o.inputFormat, o.message);
    const old = macOf(from, { ...o, data });
    const made = macOf(to, {
      mode: o.mode,
      algorithm: o.newAlgorithm,
      padding: o.newPadding,
      iv: o.newIv,
      data,
    });
    if (old.iv !== undefined) return { mac: old.iv + made.iv! };
    checkMac(cut(context, old.mac!, o.macSize), o.mac!);
    return { mac: cut(context, made.mac!, o.newMacSize) };
  },
});

/** The MAC of old: ANSI X9.9 (single) or X9.19 (double), zeros when needed, left 8 digits. */
function oldMac(context: Context, key: OpenKey, data: Uint8Array): string {
  context.unless('no-short-macs');
  const algorithm = key.bytes.length === 8 ? 1 : 3;
  return toHex(iso9797Mac({ algorithm, padding: 1, key: key.des, data })).slice(0, 8);
}

const rest = binary('data', { beforeEnd: 0, max: MESSAGE_MAX });

export const generateTakMac = hostCommand({
  code: 'MA',
  name: 'Generate a MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), rest),
  reply: layout(hex('mac', 8)),
  errors: { '10': 'TAK parity' },
  run: (context, o) => ({
    mac: oldMac(context, context.key(o.tak, 'tak', '10', 'generate'), o.data),
  }),
});

export const verifyTakMac = hostCommand({
  code: 'MC',
  name: 'Verify a MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), hex('mac', 8), rest),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'TAK parity' },
  run: (context, o) => {
    checkMac(oldMac(context, context.key(o.tak, 'tak', '10', 'verify'), o.data), o.mac);
    return {};
  },
});

export const translateTakMac = hostCommand({
  code: 'ME',
  name: 'Verify and translate a MAC with TAKs',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), key('newTak', 'tak'), hex('mac', 8), rest),
  reply: layout(hex('mac', 8)),
  errors: { '01': 'verification failure', '10': 'TAK parity', '11': 'new TAK parity' },
  run: (context, o) => {
    checkMac(oldMac(context, context.key(o.tak, 'tak', '10', 'verify'), o.data), o.mac);
    return { mac: oldMac(context, context.key(o.newTak, 'tak', '11', 'generate'), o.data) };
  },
});

export const translateTak = hostCommand({
  code: 'MG',
  name: 'Translate a TAK from LMK to ZMK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('zmk', 'zmk'), key('tak', 'tak')),
  reply: layout(key('exported', 'tak')),
  errors: { '10': 'ZMK parity', '11': 'TAK parity' },
  run: (context, o) => {
    const master = context.key(o.zmk, 'zmk', '10', 'encrypt');
    const opened = context.key(o.tak, 'tak', '11');
    const scheme = context.on('key-block-exchange') ? 'R' : '0';
    const row = { type: '003', name: 'TAK', usages: ['M3'] };
    return { exported: context.keys.exportUnder(master, opened, { scheme, row }) };
  },
});

const counted3 = layout(
  hex('length', 3, { about: 'bytes of the message' }),
  binary('data', { from: 'length', radix: 16, max: 4_095 }),
);

export const generateBinaryMac = hostCommand({
  code: 'MK',
  name: 'Generate a binary MAC with a TAK',
  group: 'macs and data',
  repeatable: true,
  request: layout(key('tak', 'tak'), ...counted3),
  reply: layout(hex('mac', 8)),
  errors: { '10': 'TAK parity' },
  run: (context, o) => ({
    mac: oldMac(context, context.key(o.tak, 'tak', '10', 'generate'), o.data),
  }),
});

export const generateLargeMac = hostCommand({
  code: 'MQ',
  name: 'Generate a MAC of a large message with a ZAK (ANSI X9.9)',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice('mode', MODES, { error: '05' }),
    key('zak', 'zak'),
    when('mode', ['2', '3'], hex('iv', 16)),
    ...counted3,
  ),
  reply: layout(
    hex('mac', { beforeEnd: 0, max: 16 }, { about: 'MAC of 8 digits, or chaining value of 16' }),
  ),
  errors: { '05': 'block number', '10': 'ZAK parity' },
  run: (context, o) => {
    const opened = context.key(o.zak, 'zak', '10', 'generate');
    const { iv, mac } = macOf(opened, { ...o, algorithm: '1', padding: '1' });
    return { mac: iv ?? cut(context, mac!, '0') };
  },
});

export const generateLargeMacX919 = hostCommand({
  code: 'MS',
  name: 'Generate a MAC of a large message (ANSI X9.19)',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice('mode', MODES, { error: '02' }),
    choice('keyKind', { '0': 'TAK', '1': 'ZAK' }, { error: '05' }),
    choice('keyLength', { '0': 'single', '1': 'double' }, { error: '05' }),
    choice('inputFormat', { '0': 'binary', '1': 'hexadecimal' }, { error: '03' }),
    key('key', 'zak', { about: 'TAK or ZAK' }),
    when('mode', ['2', '3'], hex('iv', 16)),
    hex('length', 4, { about: 'bytes of the message; written as digits it has twice as many' }),
    when('inputFormat', '0', binary('bytes', { from: 'length', radix: 16, max: MESSAGE_MAX })),
    when(
      'inputFormat',
      '1',
      hex('digits', { from: 'length', radix: 16, times: 2, max: MESSAGE_MAX }),
    ),
  ),
  reply: layout(hex('mac', 16, { about: 'MAC, or chaining value' })),
  errors: { '02': 'block number', '03': 'message type', '05': 'key type', '10': 'key parity' },
  run: (context, o) => {
    const role = o.keyKind === '0' ? 'tak' : 'zak';
    const opened = context.key(o.key, role, '10', 'generate');
    if (opened.bytes.length !== (o.keyLength === '0' ? 8 : 16)) refuse('27');
    const data = o.bytes ?? fromHex(o.digits!);
    const algorithm = o.keyLength === '0' ? '1' : '3';
    const { iv, mac } = macOf(opened, { ...o, data, algorithm, padding: '1' });
    return { mac: iv ?? toHex(mac!) };
  },
});

export const dukptMac = hostCommand({
  code: 'GW',
  name: 'Generate or verify a MAC, 3DES DUKPT',
  group: 'macs and data',
  repeatable: true,
  request: layout(
    choice(
      'mode',
      { '0': 'verify 8 digits', '1': 'verify 16 digits', '2': 'generate 8', '3': 'generate 16' },
      { error: '02' },
    ),
    choice(
      'method',
      { '0': 'request key, algorithm 3', '1': 'response key, algorithm 3' },
      { error: '03' },
    ),
    key('bdk', 'bdk'),
    ...ksnFields,
    when('mode', '0', hex('mac8', 8)),
    when('mode', '1', hex('mac16', 16)),
    digits('length', 4, { about: 'bytes of the message' }),
    binary('message', { from: 'length', max: 9_999 }),
  ),
  reply: layout(hex('mac', { beforeEnd: 0, max: 16 })),
  errors: { '01': 'verification failure', '02': 'mode', '03': 'method', '10': 'BDK parity' },
  run: (context, o) => {
    const use = o.method === '0' ? 'macRequest' : 'macResponse';
    const session = dukptKey(context, o, use);
    const mac = iso9797Mac({ algorithm: 3, padding: 1, key: session.des, data: o.message });
    session.wipe();
    const short = o.mode === '0' || o.mode === '2';
    const text = cut(context, mac, short ? '0' : '1');
    if (o.mode === '2' || o.mode === '3') return { mac: text };
    checkMac(text, (o.mac8 ?? o.mac16)!);
    return { mac: '' };
  },
});

const HASHES = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
} as const;
/** X9.143 usage of an HMAC key, and the payShield's two-digit ones by hash. */
const HMAC_ROW = { type: '10C', name: 'HMAC key', usages: ['M7', '61', '62', '63', '64', '65'] };

const hmacHead = layout(
  choice('hash', HASHES, { error: '05' }),
  digits('macLength', 4, { about: 'bytes of the HMAC' }),
  key('key', { typeFrom: 'hash' }, { about: 'HMAC key in a key block (scheme S)' }),
  digits('length', 5, { about: 'bytes of the message' }),
  binary('message', { from: 'length', max: MESSAGE_MAX }),
);

function hmacOf(
  context: Context,
  o: { hash: keyof typeof HASHES; macLength: string; key: string; message: Uint8Array },
  need: KeyNeed,
): Uint8Array {
  const opened = context.keys.open(context.lmk, o.key, HMAC_ROW, { need });
  const mac = hmac(HASHES[o.hash], opened.bytes, o.message);
  const size = Number(o.macLength);
  if (size < mac.length / 2 || size > mac.length) refuse('80');
  return mac.slice(0, size);
}

export const generateHmac = hostCommand({
  code: 'LQ',
  name: 'Generate an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: hmacHead,
  reply: layout(digits('macLength', 4), binary('mac', { from: 'macLength', max: 64 })),
  errors: { '05': 'hash identifier', '80': 'HMAC length' },
  run: (context, o) => ({ macLength: o.macLength, mac: hmacOf(context, o, 'generate') }),
});

export const verifyHmac = hostCommand({
  code: 'LS',
  name: 'Verify an HMAC',
  group: 'macs and data',
  repeatable: true,
  request: layout(...hmacHead, binary('mac', { from: 'macLength', max: 64 })),
  reply: layout(),
  errors: { '01': 'verification failure', '05': 'hash identifier', '80': 'HMAC length' },
  run: (context, o) => {
    const mac = hmacOf(context, o, 'verify');
    if (!equalConstantTime(mac, o.mac)) refuse('01');
    return {};
  },
});

export const MAC_COMMANDS = [
  generateMac,
  verifyMac,
  translateMac,
  generateTakMac,
  verifyTakMac,
  translateTakMac,
  translateTak,
  generateBinaryMac,
  generateLargeMac,
  generateLargeMacX919,
  dukptMac,
  generateHmac,
  verifyHmac,
] as const;
