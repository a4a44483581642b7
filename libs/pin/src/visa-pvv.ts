/**
 * Visa PIN verification value.
 *
 *   transformed security parameter = 11 right-most PAN digits before the check digit, PVKI, first
 *   four PIN digits PVV = first four digits of the Visa decimalisation of E(PVK, parameter)
 *
 * Source: Visa Payment Technology Standards Manual as repeated in PyPI psec and the payShield
 * manuals (host commands DG, DC, EC). PVKI 0 means that the card carries no PVV; values 1 to 6
 * select a key; 0 and 7 to 9 are computed all the same, as hosts do.
 */
import { type DesKey, desEncryptBlock } from '@pinfold/crypto';
import { requireDesKey, requireDigits, requirePan, requirePin } from './check.js';
import { visaDecimaliseWords } from './decimalisation.js';
import { equalWords, nibblesText, packDigits } from './words.js';

export interface PvvInput {
  pvk: DesKey;
  /** One digit. */
  pvki: string;
  /** 12 to 19 digits with check digit. */
  pan: string;
  /** 4 to 12 digits; only the first four count. */
  pin: string;
}

/** The PVV, four digits. */
export function pvv(input: PvvInput): string {
  return nibblesText(0, pvvWord(input), 12, 4);
}

/** Whether `pvv` (four digits) is right; compared in constant time. */
export function verifyPvv({ pvv: expected, ...input }: PvvInput & { pvv: string }): boolean {
  requireDigits(expected, { name: 'pvv', min: 4, max: 4, code: 'PVV_INVALID' });
  return equalWords(0, pvvWord(input), 0, packDigits(expected, 0, 4)) === 1;
}

/**
 * High word of the parameter: the first eight of the eleven PAN digits. `pan` was checked by the
 * caller.
 */
export function pvvParameterHi(pan: string): number {
  return packDigits(pan, pan.length - 12, 8);
}

/**
 * Low word of the parameter without the PIN: three PAN digits and the PVKI; OR the first four PIN
 * digits in.
 */
export function pvvParameterLo(pan: string, pvki: number): number {
  return (packDigits(pan, pan.length - 4, 3) << 20) | (pvki << 16);
}

/** The PVV of an enciphered parameter (hi, lo), four digits packed to the right. */
export function pvvOfWords(hi: number, lo: number): number {
  return visaDecimaliseWords(hi, lo, 4);
}

function pvvWord({ pvk, pvki, pan, pin }: PvvInput): number {
  requirePan(pan);
  requirePin(pin);
  requireDigits(pvki, { name: 'pvki', min: 1, max: 1, code: 'PVKI_INVALID' });
  requireDesKey(pvk, 'pvk');
  const out = new Int32Array(2);
  const lo = pvvParameterLo(pan, Number(pvki)) | packDigits(pin, 0, 4);
  desEncryptBlock(pvk, pvvParameterHi(pan), lo, out);
  const word = pvvOfWords(out[0]!, out[1]!);
  out.fill(0);
  return word;
}
