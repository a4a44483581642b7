/**
 * IBM 3624 PIN generation: natural PIN, offset of a PIN, PIN of an offset, verification.
 *
 *   natural PIN = left-most digits of decimalise(E(PVK, validation data), table)
 *   PIN = natural PIN + offset, offset = PIN - natural PIN, digit by digit modulo 10
 *
 * Source: IBM 3624 as described in IBM's CCA manual (PIN calculation methods) and the payShield
 * host commands DE and EE. An offset shorter than the PIN covers the PIN's left-most digits only,
 * as the payShield's "check length" does.
 */
import { type DesKey, desEncryptBlock, fromHex, InputError } from '@pinfold/crypto';
import {
  isDigits,
  PIN_LENGTH,
  requireDesKey,
  requireDigits,
  requireHexDigits,
  requirePan,
  requirePin,
} from './check.js';
import { type DecimalisationTable, decimalisationTable, decimaliseWord } from './decimalisation.js';
import { nibblesText, packDigits, wordAt } from './words.js';

/** What all the functions need. */
export interface Ibm3624Input {
  pvk: DesKey;
  /** 16 decimal digits, or a table already checked. */
  decimalisationTable: DecimalisationTable | string;
  /** 16 hexadecimal digits; see `validationDataOf` for the host commands' template. */
  validationData: string;
}

/** The natural PIN of `length` (4 to 12) digits. */
export function naturalPin({ length, ...input }: Ibm3624Input & { length: number }): string {
  if (!Number.isInteger(length) || length < PIN_LENGTH.min || length > PIN_LENGTH.max) {
    throw new InputError('PIN_LENGTH_INVALID', 'length must be 4 to 12');
  }
  return naturalDigits(input).slice(0, length);
}

/** The offset, as long as the PIN, or `length` digits of it (4 up to the PIN's length). */
export function offsetOfPin(o: Ibm3624Input & { pin: string; length?: number }): string {
  requirePin(o.pin);
  const length = o.length ?? o.pin.length;
  if (!Number.isInteger(length) || length < PIN_LENGTH.min || length > o.pin.length) {
    throw new InputError('OFFSET_LENGTH_INVALID', 'length must be 4 up to the length of the PIN');
  }
  return combine(o.pin.slice(0, length), naturalDigits(o), 9);
}

/** The PIN of a card whose offset has 4 to 12 digits: as long as the offset. */
export function pinOfOffset(o: Ibm3624Input & { offset: string }): string {
  requireOffset(o.offset);
  return combine(o.offset, naturalDigits(o), 1);
}

/**
 * Whether `pin` is right for `offset`: its first `offset.length` digits are compared, in constant
 * time.
 */
export function verifyIbm3624(o: Ibm3624Input & { pin: string; offset: string }): boolean {
  requirePin(o.pin);
  requireOffset(o.offset);
  if (o.offset.length > o.pin.length) {
    throw new InputError('OFFSET_LENGTH_INVALID', 'offset must not be longer than the PIN');
  }
  const pin = combine(o.offset, naturalDigits(o), 1);
  let difference = 0;
  for (let i = 0; i < pin.length; i++) difference |= pin.charCodeAt(i) ^ o.pin.charCodeAt(i);
  return difference === 0;
}

/**
 * The hot path of verification: cipher block (hi, lo) of the validation data, offset and PIN
 * left-justified in word pairs (see `pinHi`, `pinLo`). 1 when the first `checkLength` (4 to 12)
 * digits agree, else 0.
 */
export function verifyIbm3624Words(o: {
  hi: number;
  lo: number;
  table: DecimalisationTable;
  offsetHi: number;
  offsetLo: number;
  pinHi: number;
  pinLo: number;
  checkLength: number;
}): 0 | 1 {
  const { checkLength } = o;
  let difference = wrongDigits(decimaliseWord(o.hi, o.table), o.offsetHi, o.pinHi, checkLength);
  // The length is no secret: most PINs have four digits.
  if (checkLength > 8) {
    difference |= wrongDigits(decimaliseWord(o.lo, o.table), o.offsetLo, o.pinLo, checkLength - 8);
  }
  return (((difference | -difference) >>> 31) ^ 1) as 0 | 1;
}

/** Non-zero when, in the first `count` nibbles, natural + offset modulo 10 differs from the PIN. */
function wrongDigits(natural: number, offset: number, pin: number, count: number): number {
  const counted = COUNTED[Math.min(Math.max(count, 0), 8)]!;
  const left = sums(natural >>> 4, offset >>> 4) ^ ((pin >>> 4) & EVERY_OTHER);
  const right = sums(natural, offset) ^ (pin & EVERY_OTHER);
  return ((left << 4) | right) & counted;
}

const EVERY_OTHER = 0x0f0f0f0f;
/** COUNTED[n] masks the n left-most nibbles. */
const COUNTED = Int32Array.from({ length: 9 }, (_, n) => (n === 0 ? 0 : -1 << (32 - 4 * n)));

/** The right nibbles of four bytes added modulo 10, all at once: where a sum is above 9, ten less. */
function sums(a: number, b: number): number {
  const sum = (a & EVERY_OTHER) + (b & EVERY_OTHER);
  const above = ((sum + 0x76767676) >>> 7) & 0x01010101;
  return sum - 10 * above;
}

/** An offset or PIN of 1 to 16 digits as a left-justified word pair: [hi, lo]. */
export function leftJustified(digits: string): [number, number] {
  requireDigits(digits, { name: 'digits', min: 1, max: 16, code: 'DIGITS_INVALID' });
  return [packDigits(digits, 0, 8), packDigits(digits, 8, 8)];
}

/**
 * Validation data from the host commands' 12-character template: hexadecimal digits and one `N`,
 * which stands for the last five digits of the 12-digit account number; filled on the right with F
 * to 16.
 */
export function validationDataOf(o: { template: string; account: string }): string {
  const { template, account } = o;
  requireDigits(account, { name: 'account', min: 12, max: 12, code: 'ACCOUNT_INVALID' });
  const good =
    typeof template === 'string' &&
    template.length === 12 &&
    /^[0-9A-F]*N?[0-9A-F]*$/i.test(template);
  if (!good) {
    throw new InputError(
      'VALIDATION_DATA_INVALID',
      'template must be 12 hexadecimal digits, of which one may be N',
    );
  }
  return template.toUpperCase().replace('N', account.slice(7)).padEnd(16, 'F');
}

/**
 * Validation data from `length` (4 to 16) digits of the PAN, from `start` on (0 is the first), filled
 * on the right to 16 with one hexadecimal digit.
 */
export function validationDataOfPan(o: {
  pan: string;
  start: number;
  length: number;
  pad: string;
}): string {
  const { pan, start, length, pad } = o;
  requirePan(pan);
  const whole = Number.isInteger(start) && Number.isInteger(length);
  if (!whole || start < 0 || length < 4 || length > 16 || start + length > pan.length) {
    throw new InputError(
      'VALIDATION_DATA_INVALID',
      'start and length must name 4 to 16 digits within the PAN',
    );
  }
  requireHexDigits(pad, { name: 'pad', length: 1, code: 'VALIDATION_DATA_INVALID' });
  return pan.slice(start, start + length).padEnd(16, pad.toUpperCase());
}

/** All 16 decimalised digits. */
function naturalDigits(o: Ibm3624Input): string {
  requireHexDigits(o.validationData, {
    name: 'validationData',
    length: 16,
    code: 'VALIDATION_DATA_INVALID',
  });
  const table = decimalisationTable(o.decimalisationTable);
  requireDesKey(o.pvk, 'pvk');
  const data = fromHex(o.validationData);
  const out = new Int32Array(2);
  desEncryptBlock(o.pvk, wordAt(data, 0), wordAt(data, 4), out);
  const digits = nibblesText(decimaliseWord(out[0]!, table), decimaliseWord(out[1]!, table), 0, 16);
  out.fill(0);
  return digits;
}

/** (a + factor × b) modulo 10 for every digit of `a`. */
function combine(a: string, b: string, factor: 1 | 9): string {
  let digits = '';
  for (let i = 0; i < a.length; i++) {
    digits += (a.charCodeAt(i) - 48 + factor * (b.charCodeAt(i) - 48)) % 10;
  }
  return digits;
}

function requireOffset(offset: unknown): asserts offset is string {
  if (isDigits(offset, PIN_LENGTH.min, PIN_LENGTH.max)) return;
  throw new InputError('OFFSET_INVALID', 'offset must be 4 to 12 digits');
}
