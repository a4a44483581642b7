/**
 * Packing: a message to bytes. One pass over the fields writes and checks each character at once
 * into a buffer that is reused, then copies what was written. A message is made by our own code, so
 * a value that does not fit its field is a bug and throws InputError; the error names the field's
 * path and never its value.
 */
import { InputError } from '@pinfold/crypto';
import { CLASSES, DIGIT, HEX_DIGIT, SIGN } from './characters.js';
import type { FieldValue, IsoMessage } from './message.js';
import { ASCII_1987, type FieldCodec, type Packaging, Writing } from './packaging.js';

/** Grows to the longest message of any packaging used; pack never yields, so sharing it is safe. */
let scratch: Uint8Array = new Uint8Array(4096);

/** Throws InputError ISO_MTI, ISO_FIELD_UNKNOWN, ISO_LENGTH or ISO_CONTENT. */
export function pack(message: IsoMessage, packaging: Packaging = ASCII_1987): Uint8Array {
  if (scratch.length < packaging.maxBytes) scratch = new Uint8Array(packaging.maxBytes);
  const out = scratch;
  const { codecs, alwaysSecondary, encoding } = packaging;
  const { mti, fields } = message;
  let at = writeMti(out, mti, encoding.mti === 'bcd');

  const words = [0, 0, 0, 0];
  for (let number = 0; number <= 128; number++) {
    if (fields[number] !== undefined) {
      if (codecs[number] === undefined) throw wrong('ISO_FIELD_UNKNOWN', number, 'no such field');
      words[(number - 1) >> 5]! |= 1 << (31 - ((number - 1) & 31));
    }
  }
  const secondary = (words[2]! | words[3]!) !== 0;
  if (secondary) words[0]! |= 1 << 31;
  const wordCount = secondary || alwaysSecondary ? 4 : 2;
  for (let w = 0; w < wordCount; w++) at = writeWord(out, at, words[w]!, encoding.bitmap === 'hex');

  if (secondary) words[0]! &= 0x7fffffff;
  const packedLength = encoding.length === 'bcd';
  for (let w = 0; w < 4; w++) {
    let word = words[w]!;
    while (word !== 0) {
      const bit = Math.clz32(word);
      word &= ~(0x80000000 >>> bit);
      const number = w * 32 + bit + 1;
      at = writeField(out, at, codecs[number]!, fields[number]!, packedLength);
    }
  }
  const packed = Buffer.allocUnsafe(at);
  packed.set(out.subarray(0, at));
  return packed;
}

function wrong(code: string, number: number, reason: string): InputError {
  return new InputError(code, `DE ${number}: ${reason}`);
}

function writeMti(out: Uint8Array, mti: string, bcd: boolean): number {
  if (mti.length !== 4) throw new InputError('ISO_MTI', 'MTI: four digits are wanted');
  for (let i = 0; i < 4; i++) {
    const c = mti.charCodeAt(i);
    if (c < 0x30 || c > 0x39) throw new InputError('ISO_MTI', 'MTI: four digits are wanted');
    out[i] = c;
  }
  if (!bcd) return 4;
  out[0] = ((out[0]! & 15) << 4) | (out[1]! & 15);
  out[1] = ((out[2]! & 15) << 4) | (out[3]! & 15);
  return 2;
}

function writeWord(out: Uint8Array, start: number, word: number, hex: boolean): number {
  let at = start;
  if (hex) for (let s = 28; s >= 0; s -= 4) out[at++] = HEX_DIGIT[(word >>> s) & 15]!;
  else for (let s = 24; s >= 0; s -= 8) out[at++] = word >>> s;
  return at;
}

function writeField(
  out: Uint8Array,
  start: number,
  codec: FieldCodec,
  value: FieldValue,
  packedLength: boolean,
): number {
  const { size, lengthDigits, number, writing } = codec;
  const length = value.length;
  if (lengthDigits === 0 ? length !== size : length > size) {
    const wanted = lengthDigits === 0 ? `${size}` : `at most ${size}`;
    throw wrong('ISO_LENGTH', number, `${wanted} wanted, ${length} given`);
  }
  const text = typeof value === 'string';
  if (text !== (writing !== Writing.bytes && writing !== Writing.hex)) {
    throw wrong('ISO_CONTENT', number, text ? 'bytes are wanted' : 'text is wanted');
  }
  const at = lengthDigits === 0 ? start : writeLength(out, start, codec, length, packedLength);
  return text ? writeText(out, at, codec, value) : writeBytes(out, at, value, writing);
}

function writeLength(
  out: Uint8Array,
  at: number,
  codec: FieldCodec,
  length: number,
  packed: boolean,
): number {
  let rest = length;
  for (let i = codec.lengthBytes - 1; i >= 0; i--) {
    if (packed) {
      out[at + i] = (rest % 10) | ((Math.floor(rest / 10) % 10) << 4);
      rest = Math.floor(rest / 100);
    } else {
      out[at + i] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
  return at + codec.lengthBytes;
}

function writeBytes(out: Uint8Array, start: number, value: Uint8Array, writing: Writing): number {
  let at = start;
  if (writing === Writing.bytes) {
    for (let i = 0; i < value.length; i++) out[at++] = value[i]!;
    return at;
  }
  for (let i = 0; i < value.length; i++) {
    out[at++] = HEX_DIGIT[value[i]! >> 4]!;
    out[at++] = HEX_DIGIT[value[i]! & 15]!;
  }
  return at;
}

function writeText(out: Uint8Array, start: number, codec: FieldCodec, value: string): number {
  const { allowed, number, writing } = codec;
  let at = start;
  if (writing === Writing.characters) {
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i);
      if (c > 255 || (CLASSES[c]! & allowed) === 0) throw badCharacter(number, i);
      out[at++] = c;
    }
    return at;
  }
  let from = 0;
  let mask = allowed;
  if (writing === Writing.signCharacters || writing === Writing.signDigits) {
    const c = value.charCodeAt(0);
    if (c > 255 || (CLASSES[c]! & SIGN) === 0) throw badCharacter(number, 0);
    out[at++] = c;
    from = 1;
    mask = DIGIT;
  }
  const packed = writing !== Writing.signCharacters;
  // A nibble at a time; `high` is the next digit's place. Track data starts at the left, most numbers
  // end at the right.
  let high = true;
  const endsRight = writing !== Writing.track && writing !== Writing.digitsThenZero;
  if (packed && endsRight && ((value.length - from) & 1) === 1) {
    out[at] = 0;
    high = false;
  }
  for (let i = from; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c > 255 || (CLASSES[c]! & mask) === 0) throw badCharacter(number, i);
    if (!packed) {
      out[at++] = c;
      continue;
    }
    const nibble = c <= 0x39 ? c & 15 : 0xd;
    if (high) out[at] = nibble << 4;
    else out[at++]! |= nibble;
    high = !high;
  }
  return packed && !high ? at + 1 : at;
}

function badCharacter(number: number, index: number): InputError {
  return wrong('ISO_CONTENT', number, `character ${index + 1} is not of the field's kind`);
}
