/**
 * PIN blocks of ISO 9564-1 formats 0 to 3 as word pairs, for the hot path: no allocation, no branch
 * on a digit. Format 4 (two AES blocks) is in `iso4.ts`.
 *
 * The clear PIN field, 16 nibbles:   C L P P P P P/f … P/f f f
 *   C control (the format's number), L PIN length, P digits, f fill: F in formats 0 and 2, A to F
 *   at random in format 3, anything in format 1.
 * Formats 0 and 3 XOR it with the account field:   0 0 0 0 and the 12 right-most PAN digits without
 * the check digit.
 */
import { nonDigits, nonFill, packDigits } from './words.js';

/** Control nibble of each format: also its number in ISO 9564-1. */
export type IsoControl = 0 | 1 | 2 | 3;

/**
 * High word of the account field of formats 0 and 3: four zeros and four digits. `pan` has its
 * check digit.
 */
export function accountHi(pan: string): number {
  return packDigits(pan, pan.length - 13, 4);
}

/**
 * Low word of the account field of formats 0 and 3: the last eight digits before the check digit.
 */
export function accountLo(pan: string): number {
  return packDigits(pan, pan.length - 9, 8);
}

// By PIN length (0 to 15): bit 3 of the nibbles that hold digits, and of those that hold fill.
const DIGITS_HI = new Int32Array(16);
const DIGITS_LO = new Int32Array(16);
const FILL_HI = new Int32Array(16);
const FILL_LO = new Int32Array(16);
for (let length = 0; length < 16; length++) {
  for (let nibble = 2; nibble < 16; nibble++) {
    const digit = nibble < 2 + length;
    if (nibble < 8) (digit ? DIGITS_HI : FILL_HI)[length]! |= 8 << (28 - 4 * nibble);
    else (digit ? DIGITS_LO : FILL_LO)[length]! |= 8 << (60 - 4 * nibble);
  }
}

// Which fill faults a format has, as masks: not F (formats 0 and 2), a digit (format 3).
const FILL_IS_F = Int32Array.of(-1, 0, -1, 0);
const FILL_IS_A_TO_F = Int32Array.of(0, 0, 0, -1);

/**
 * PIN length (4 to 12) of a clear PIN field, the account field already taken off; 0 when control,
 * length, digits or fill break the format. Every fault takes the same path.
 */
export function pinFieldLength(control: IsoControl, hi: number, lo: number): number {
  const length = (hi >>> 24) & 15;
  const notDigitHi = nonDigits(hi);
  const notDigitLo = nonDigits(lo);
  const fillHi = FILL_HI[length]!;
  const fillLo = FILL_LO[length]!;
  const faults =
    ((hi >>> 28) ^ control) |
    ((length - 4) & 0x80000000) |
    ((12 - length) & 0x80000000) |
    (notDigitHi & DIGITS_HI[length]!) |
    (notDigitLo & DIGITS_LO[length]!) |
    (FILL_IS_F[control]! & ((nonFill(hi) & fillHi) | (nonFill(lo) & fillLo))) |
    (FILL_IS_A_TO_F[control]! & ((~notDigitHi & fillHi) | (~notDigitLo & fillLo)));
  return faults === 0 ? length : 0;
}

/**
 * The rule "digits are not checked when a PIN is extracted" (IBM CCA access control 0055): length
 * of the field if the control nibble and the length are right, whatever the digits and the fill;
 * else 0.
 */
export function pinFieldLengthUnchecked(control: IsoControl, hi: number): number {
  const length = (hi >>> 24) & 15;
  const faults =
    ((hi >>> 28) ^ control) | ((length - 4) & 0x80000000) | ((12 - length) & 0x80000000);
  return faults === 0 ? length : 0;
}

/**
 * PIN length of a deciphered format 0 block under the account field (panHi, panLo); 0 when it is
 * not a valid block.
 */
export function iso0PinLength(hi: number, lo: number, panHi: number, panLo: number): number {
  return pinFieldLength(0, hi ^ panHi, lo ^ panLo);
}

/**
 * PIN length of a deciphered format 3 block under the account field (panHi, panLo); 0 when it is
 * not a valid block.
 */
export function iso3PinLength(hi: number, lo: number, panHi: number, panLo: number): number {
  return pinFieldLength(3, hi ^ panHi, lo ^ panLo);
}

/** First four PIN digits of a clear field, as 16 bits: what Visa PVV takes. */
export function firstFourDigits(fieldHi: number): number {
  return (fieldHi >>> 8) & 0xffff;
}

/**
 * High word of the field of another format with the same PIN; `randomHi` supplies the fill of
 * formats 1 and 3.
 */
export function convertFieldHi(
  to: IsoControl,
  length: number,
  hi: number,
  randomHi: number,
): number {
  const keep = spread(DIGITS_HI[length]!);
  const digits = hi & keep;
  const head = (to << 28) | (length << 24);
  return head | digits | (fill(to, randomHi) & ~keep & 0x00ffffff);
}

/**
 * Low word of the field of another format with the same PIN; `randomLo` supplies the fill of
 * formats 1 and 3.
 */
export function convertFieldLo(
  to: IsoControl,
  length: number,
  lo: number,
  randomLo: number,
): number {
  const keep = spread(DIGITS_LO[length]!);
  return (lo & keep) | (fill(to, randomLo) & ~keep);
}

/** A mask with bit 3 of some nibbles set, widened to whole nibbles. */
function spread(mask: number): number {
  return mask | (mask >>> 1) | (mask >>> 2) | (mask >>> 3);
}

/**
 * Eight fill nibbles: F, or from random bits: as they are for format 1, made A to F for format 3.
 */
function fill(to: IsoControl, random: number): number {
  if (to === 1) return random;
  if (to !== 3) return -1;
  // Per nibble: 8 + (r mod 8), then the values 8 and 9 become C and D. A to F, uneven (2:1 for C
  // and D).
  const word = random | 0x88888888;
  const low = ~(word << 1) & ~(word << 2) & 0x88888888;
  return word | (low >>> 1);
}

/**
 * The PIN of a field whose length was checked, as words: digits left-justified, the rest zero. High
 * word.
 */
export function pinHi(length: number, hi: number, lo: number): number {
  const digitsHi = hi & spread(DIGITS_HI[length]!);
  const digitsLo = lo & spread(DIGITS_LO[length]!);
  return (digitsHi << 8) | (digitsLo >>> 24);
}

/** Low word of the PIN of a field, left-justified: digits 9 to 12. */
export function pinLo(length: number, lo: number): number {
  return (lo & spread(DIGITS_LO[length]!)) << 8;
}
