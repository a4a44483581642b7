/**
 * Verifies an extracted PIN against a record: Visa PVV or IBM 3624. Two steps with one encipherment
 * between them, so that a batch can do many encipherments at once. Nothing branches on the PIN, and
 * a bad PIN block takes the same path as a good one.
 */
import {
  type DecimalisationTable,
  equalWords,
  pinHi,
  pinLo,
  pvvOfWords,
  verifyIbm3624Words,
} from '@pinfold/pin';
import type { PinField } from './extract.js';
import type { OpenRecord } from './verification-record.js';

/** 1 when the PIN is right. `hi`, `lo`: the enciphered parameter. `table`: for IBM 3624. */
export function isRightPin(
  record: OpenRecord,
  field: PinField,
  table: DecimalisationTable | undefined,
  hi: number,
  lo: number,
): boolean {
  const lengthRight = field.length === record.pinLength;
  if (record.pinMask !== 0) {
    return equalWords(0, pvvOfWords(hi, lo), 0, record.valueHi >>> 16) === 1 && lengthRight;
  }
  if (table === undefined) return false;
  const right = verifyIbm3624Words({
    hi,
    lo,
    table,
    offsetHi: record.valueHi,
    offsetLo: record.valueLo,
    pinHi: pinHi(field.length, field.hi, field.lo),
    pinLo: pinLo(field.length, field.lo),
    checkLength: record.pinLength,
  });
  return right === 1 && lengthRight;
}

/**
 * Validation data of an account: its 16 right-most digits with the check digit, filled on the right
 * with F where there are fewer.
 */
export function validationData(pan: string): string {
  return pan.slice(-16).padEnd(16, 'F');
}
