/**
 * PIN blocks by format name: clear blocks made and read, and the same under a key.
 * The layouts are in `formats.ts`, the word arithmetic of ISO formats 0 to 3 in `pin-field.ts`,
 * format 4 in `iso4.ts`. Left out: which translations are allowed (`translation.ts`) and who may
 * ask.
 */
import {
  AesKey,
  type BlockKey,
  DesKey,
  decryptEcb,
  encryptEcb,
  fromHex,
  InputError,
  isBytes,
  ok,
  type RandomBytes,
  type Result,
  refused,
  takeRandom,
  toHex,
  wipe,
  xorBytes,
} from '@pinfold/crypto';
import { requireDigits, requireHexDigits, requirePan, requirePin } from './check.js';
import { PIN_BLOCK_FORMATS, type PinBlockFormat, type PinBlockFormatRow } from './formats.js';
import { decryptIso4, encryptIso4 } from './iso4.js';

/** The one refusal of every function that reads a PIN block. */
export type PinBlockRefusal = 'PIN_BLOCK_INVALID';

/** What goes into a clear 8-byte block. */
export interface PinBlockInput {
  format: PinBlockFormat;
  /** 4 to 12 digits (docutel: 4 to 6). */
  pin: string;
  /** 12 to 19 digits with check digit; needed by formats whose account part is not `none`. */
  pan?: string;
  /** Source of the fill of iso1, iso3 and docutel, unless `fill` is given. */
  random?: RandomBytes;
  /** The fill itself, as hexadecimal digits, to make a known block again. */
  fill?: string;
  /**
   * Formats visa-new-pin…: the card's unique key A, of which the last four bytes enter the block.
   */
  cardKey?: Uint8Array;
  /** Format visa-new-pin-old-pin: the PIN now on the card. */
  oldPin?: string;
}

/** A clear 8-byte block to read, and what its format needs. */
export type PinBlockReading = Pick<PinBlockInput, 'format' | 'pan' | 'cardKey' | 'oldPin'> & {
  block: Uint8Array;
};

/**
 * The clear block, 8 bytes. Throws `InputError` for broken preconditions and for `iso4`, which
 * exists only under a key.
 */
export function encodePinBlock(input: PinBlockInput): Uint8Array {
  const row = clearFormat(input.format);
  const { min, max } = { min: row.minPin, max: row.maxPin };
  requireDigits(input.pin, { name: 'pin', min, max, code: 'PIN_INVALID' });
  const head = headOf(row, input.pin);
  const text = head + fillOf(row, 16 - head.length, input);
  return xorBytes(fromHex(text), maskOf(row, input));
}

/** The PIN of a clear block, or `PIN_BLOCK_INVALID` for a block of any fault. */
export function decodePinBlock(input: PinBlockReading): Result<string, PinBlockRefusal> {
  const row = clearFormat(input.format);
  const mask = maskOf(row, input);
  if (!isBytes(input.block) || input.block.length !== 8) {
    return refused('PIN_BLOCK_INVALID');
  }
  const match = PATTERNS[row.layout](toHex(xorBytes(input.block, mask)), row);
  return match === undefined ? refused('PIN_BLOCK_INVALID') : ok(match);
}

/** The block under `key`: triple DES, or AES for `iso4`. 8 or 16 bytes. */
export function encryptPinBlock(input: PinBlockInput & { key: BlockKey }): Uint8Array {
  const { key, format } = input;
  if (format === 'iso4') {
    requireAes(key);
    requirePan(input.pan);
    const { pin, pan } = input;
    return encryptIso4({ key, pin, pan, random: fixedOr(input) });
  }
  requireDes(key);
  const clear = encodePinBlock(input);
  const block = encryptEcb(key, clear);
  wipe(clear);
  return block;
}

/**
 * The PIN of an enciphered block, or `PIN_BLOCK_INVALID`: the same for a wrong length, key, PAN or
 * format.
 */
export function decryptPinBlock(
  input: PinBlockReading & { key: BlockKey },
): Result<string, PinBlockRefusal> {
  const { key, format, block } = input;
  if (format === 'iso4') {
    requireAes(key);
    requirePan(input.pan);
    return decryptIso4({ key, block, pan: input.pan });
  }
  requireDes(key);
  if (!isBytes(block) || block.length !== 8) return refused('PIN_BLOCK_INVALID');
  return decodePinBlock({ ...input, block: decryptEcb(key, block) });
}

function formatRow(format: PinBlockFormat): PinBlockFormatRow {
  if (!Object.hasOwn(PIN_BLOCK_FORMATS, format)) {
    throw new InputError('FORMAT_UNKNOWN', 'format must be one of PIN_BLOCK_FORMATS');
  }
  return PIN_BLOCK_FORMATS[format];
}

/** A row whose blocks exist in the clear. */
type ClearRow = PinBlockFormatRow & { layout: Exclude<PinBlockFormatRow['layout'], 'aes'> };

function clearFormat(format: PinBlockFormat): ClearRow {
  const row = formatRow(format);
  if (row.layout === 'aes') {
    throw new InputError('FORMAT_NEEDS_KEY', 'format iso4 has no clear block; use encryptPinBlock');
  }
  return row as ClearRow;
}

/** Everything before the fill, as hexadecimal text. */
function headOf(row: PinBlockFormatRow, pin: string): string {
  const length = pin.length.toString(16);
  if (row.layout === 'plain') return pin;
  if (row.layout === 'docutel') return length + pin.padEnd(6, '0');
  return row.control.toString(16) + length + pin;
}

function fillOf(row: PinBlockFormatRow, count: number, { fill, random }: PinBlockInput): string {
  if (row.fill === 'F') return 'F'.repeat(count);
  if (fill !== undefined) {
    requireHexDigits(fill, { name: 'fill', length: count, code: 'FILL_INVALID' });
    const text = fill.toUpperCase();
    if (FILL_PATTERN[row.fill].test(text)) return text;
    throw new InputError(
      'FILL_INVALID',
      `fill of this format must be made of the digits ${FILL_DIGITS[row.fill]}`,
    );
  }
  if (typeof random !== 'function') {
    throw new InputError('RANDOM_REQUIRED', 'this format needs random (or fill)');
  }
  return randomFill(row.fill, count, random);
}

const FILL_PATTERN = {
  'A-F': /^[A-F]*$/,
  any: /^[0-9A-F]*$/,
  digits: /^\d*$/,
} as const;
const FILL_DIGITS = { 'A-F': 'ABCDEF', any: '0123456789ABCDEF', digits: '0123456789' };

/**
 * `count` characters, each from 16 random bits scaled: no character more likely than another by
 * over 2^-12.
 */
function randomFill(kind: keyof typeof FILL_DIGITS, count: number, random: RandomBytes): string {
  const digits = FILL_DIGITS[kind];
  const bytes = takeRandom(random, 2 * count);
  let text = '';
  for (let i = 0; i < count; i++) {
    text += digits[(((bytes[2 * i]! << 8) | bytes[2 * i + 1]!) * digits.length) >>> 16]!;
  }
  return text;
}

/** The 8 bytes that are XORed with the text: account digits, card key, or zeros. */
function maskOf(
  row: PinBlockFormatRow,
  { pan, cardKey, oldPin, format }: Pick<PinBlockInput, 'pan' | 'cardKey' | 'oldPin' | 'format'>,
): Uint8Array {
  if (row.layout === 'card-key') return cardKeyMask(cardKey, format, oldPin);
  if (row.account === 'none') return new Uint8Array(8);
  requirePan(pan);
  const body = pan.slice(0, -1).padStart(12, '0');
  const digits = row.account === 'left-12' ? body.slice(0, 12) : body.slice(-12);
  return fromHex(`0000${digits}`);
}

/**
 * Visa ICC PIN change: four zero bytes and the last four of the card's key A; the old PIN, if any,
 * on top.
 */
function cardKeyMask(
  cardKey: Uint8Array | undefined,
  format: PinBlockFormat,
  oldPin: string | undefined,
): Uint8Array {
  if (!isBytes(cardKey) || (cardKey.length !== 8 && cardKey.length !== 16)) {
    throw new InputError(
      'CARD_KEY_INVALID',
      'cardKey must be 8 or 16 bytes: its left half is key A',
    );
  }
  const mask = new Uint8Array(8);
  mask.set(cardKey.subarray(4, 8), 4);
  if (format === 'visa-new-pin') return mask;
  requirePin(oldPin);
  return xorBytes(mask, fromHex(oldPin.padEnd(16, '0')));
}

type Reader = (text: string, row: PinBlockFormatRow) => string | undefined;

/** How the PIN is found in the 16 nibbles, by layout; undefined when they break the format. */
const PATTERNS: Record<ClearRow['layout'], Reader> = {
  field: pinOfField,
  'card-key': pinOfField,
  plain: (text) => /^(\d{4,12})F+$/.exec(text)?.[1],
  docutel: (text) => {
    const length = Number.parseInt(text[0]!, 16);
    if (length < 4 || length > 6 || !/^\d+$/.test(text)) return undefined;
    return /^0*$/.test(text.slice(1 + length, 7)) ? text.slice(1, 1 + length) : undefined;
  },
};

function pinOfField(text: string, row: PinBlockFormatRow): string | undefined {
  const length = Number.parseInt(text[1]!, 16);
  const pin = text.slice(2, 2 + length);
  const fill = text.slice(2 + length);
  const good =
    text[0] === row.control.toString(16) &&
    length >= 4 &&
    length <= 12 &&
    /^\d+$/.test(pin) &&
    FIELD_FILL[row.fill].test(fill);
  return good ? pin : undefined;
}

const FIELD_FILL = { ...FILL_PATTERN, F: /^F*$/ } as const;

function fixedOr({ fill, random }: PinBlockInput): RandomBytes {
  if (fill === undefined) return random as RandomBytes;
  requireHexDigits(fill, { name: 'fill', length: 16, code: 'FILL_INVALID' });
  return () => fromHex(fill);
}

function requireAes(key: BlockKey): asserts key is AesKey {
  if (!(key instanceof AesKey)) throw new InputError('KEY_INVALID', 'format iso4 needs an AES key');
}

function requireDes(key: BlockKey): asserts key is DesKey {
  if (!(key instanceof DesKey)) {
    throw new InputError('KEY_INVALID', 'this format needs a triple DES key');
  }
}
