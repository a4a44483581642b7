/** Puts an extracted PIN into a PIN block of another format, key or account. */
import { type DesKey, desEncryptBlock, type RandomBytes } from '@pinfold/crypto';
import {
  bytesOfWords,
  convertFieldHi,
  convertFieldLo,
  encryptIso4PinField,
  encryptPinBlock,
  type IsoControl,
  nibblesText,
  type PinBlockFormat,
  pinHi,
  pinLo,
  wordAt,
} from '@pinfold/pin';
import type { ClearKey } from '../keys/clear-key.js';
import { account, accountOf, isBound } from './account.js';
import { isoControl, type PinField } from './extract.js';

const words = new Int32Array(2);

/** The PIN field of formats 0 to 3 as words in `out`: with its fill, without the account field. */
export function pinFieldWords(
  control: IsoControl,
  field: PinField,
  random: RandomBytes,
  out: Int32Array,
): void {
  const filled = control === 1 || control === 3;
  const fill = filled ? random(8) : undefined;
  const fillHi = fill === undefined ? 0 : wordAt(fill, 0);
  const fillLo = fill === undefined ? 0 : wordAt(fill, 4);
  out[0] = convertFieldHi(control, field.length, field.hi, fillHi);
  out[1] = convertFieldLo(control, field.length, field.lo, fillLo);
}

/** The clear block of formats 0 to 3 as words in `out`: fill and account field are on it. */
export function clearBlockWords(
  control: IsoControl,
  pan: string,
  field: PinField,
  random: RandomBytes,
  out: Int32Array,
): void {
  pinFieldWords(control, field, random, out);
  if (!isBound(control)) return;
  accountOf(pan);
  out[0]! ^= account.fieldHi;
  out[1]! ^= account.fieldLo;
}

/** The PIN block of a field that was found good; key and format fit. */
export function buildPinBlock(o: {
  key: ClearKey;
  format: PinBlockFormat;
  pan: string;
  field: PinField;
  random: RandomBytes;
}): Uint8Array {
  const { key, format, pan, field, random } = o;
  const control = isoControl(format);
  if (control !== undefined) {
    clearBlockWords(control, pan, field, random, words);
    desEncryptBlock(key.des as DesKey, words[0]!, words[1]!, words);
    return bytesOfWords(words[0]!, words[1]!);
  }
  if (format === 'iso4') {
    const pinField = iso4Field(field, random);
    const block = encryptIso4PinField({ key: key.aes!, pinField, pan });
    pinField.fill(0);
    return block;
  }
  return encryptPinBlock({ key: key.des!, format, pan, pin: pinText(field), random });
}

/** 4 L P … A, and eight random bytes. */
function iso4Field(field: PinField, random: RandomBytes): Uint8Array {
  const digits = pinNibbles(field).padEnd(14, 'A');
  const out = new Uint8Array(16);
  out[0] = 0x40 | field.length;
  for (let i = 0; i < 7; i++) out[1 + i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  out.set(random(8), 8);
  return out;
}

function pinNibbles(field: PinField): string {
  const hi = pinHi(field.length, field.hi, field.lo);
  const lo = pinLo(field.length, field.lo);
  return nibblesText(hi, lo, 0, field.length);
}

/** Reads a secret: the PIN as text, for the historical formats and the printer only. */
export function pinText(field: PinField): string {
  return pinNibbles(field);
}
