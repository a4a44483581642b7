/**
 * Card verification values: CVV, CVC, CVV2, iCVV, dCVV, CAVV, Amex CSC, CVC3.
 *
 * CVV and its kin: data digits filled on the right with zeros to 32, enciphered as two chained
 * blocks (single DES with the left half of the key, the last block triple DES: ISO 9797-1 algorithm
 * 3), then Visa decimalisation. Sources: Visa Payment Technology Standards Manual as repeated by
 * PyPI psec; Mastercard CVC3 by PyPI pyemv; RG7000 host commands CW, PM, RY for the fields.
 *
 * American Express does not publish its algorithm. The CSC here takes the fields of host command RY
 * (account number of 19 digits, zero-filled on the right, and YYMM) through the same engine, and
 * cuts the decimalised digits into five, four and three. It is not confirmed by any published
 * value.
 */
import {
  DesKey,
  encryptEcb,
  fromHex,
  InputError,
  isBytes,
  iso9797Mac,
  wipe,
} from '@pinfold/crypto';
import { isDigits, requireDigits, requirePan } from './check.js';
import { nibbleAt, wordAt } from './words.js';

/** What CVV and its kin take. */
export interface CvvInput {
  /** Card verification key, 16 bytes. */
  cvk: DesKey;
  /** 12 to 19 digits. */
  pan: string;
  /** Four digits, in the order the issuer uses (YYMM or MMYY). */
  expiry: string;
  /** Three digits. */
  serviceCode: string;
}

/** Service codes that make a CVV another value of the card. */
export const CVV_SERVICE_CODES = {
  /** Printed on the card (CVV2, CVC2). */
  cvv2: '000',
  /** In the chip's track equivalent (iCVV, chip CVC). */
  icvv: '999',
} as const;

/** CVV or CVC of the magnetic stripe: three digits (`digits` up to 8). */
export function cvv({ digits = 3, ...input }: CvvInput & { digits?: number }): string {
  requirePan(input.pan);
  requireDigits(input.expiry, { name: 'expiry', min: 4, max: 4, code: 'EXPIRY_INVALID' });
  requireServiceCode(input.serviceCode);
  if (!Number.isInteger(digits) || digits < 1 || digits > 8) {
    throw new InputError('DIGITS_INVALID', 'digits must be 1 to 8');
  }
  return cardDigits(input.cvk, input.pan + input.expiry + input.serviceCode).slice(0, digits);
}

/** CVV2 or CVC2: the CVV of service code 000. */
export function cvv2(input: Omit<CvvInput, 'serviceCode'>): string {
  return cvv({ ...input, serviceCode: CVV_SERVICE_CODES.cvv2 });
}

/** iCVV or chip CVC: the CVV of service code 999. */
export function icvv(input: Omit<CvvInput, 'serviceCode'>): string {
  return cvv({ ...input, serviceCode: CVV_SERVICE_CODES.icvv });
}

/**
 * dCVV (Visa contactless): the CVV under the card's own key (`iccMasterKey` of @pinfold/emv), the
 * counter's four digits in place of the PAN's first four.
 */
export function dcvv({ atc, ...input }: CvvInput & { atc: string }): string {
  requireDigits(atc, { name: 'atc', min: 4, max: 4, code: 'ATC_INVALID' });
  requirePan(input.pan);
  return cvv({ ...input, pan: atc + input.pan.slice(4) });
}

/**
 * The three digits of a Visa CAVV: the CVV of the last four digits of the authentication tracking
 * number in place of the expiry, and of the two result codes in place of the service code.
 */
export function cavv(o: {
  cvk: DesKey;
  pan: string;
  /** Last four digits of the authentication tracking number. */
  trackingNumber: string;
  /** One digit: result of the authentication. */
  resultCode: string;
  /** Two digits: code of the second factor. */
  secondFactorCode: string;
}): string {
  const { cvk, pan, trackingNumber, resultCode, secondFactorCode } = o;
  const code = 'CAVV_INVALID';
  requireDigits(trackingNumber, { name: 'trackingNumber', min: 4, max: 4, code });
  requireDigits(resultCode, { name: 'resultCode', min: 1, max: 1, code });
  requireDigits(secondFactorCode, { name: 'secondFactorCode', min: 2, max: 2, code });
  return cvv({ cvk, pan, expiry: trackingNumber, serviceCode: resultCode + secondFactorCode });
}

/**
 * American Express security codes of five, four and three digits; unconfirmed, see the head of this
 * file.
 */
export function amexCsc(o: { csck: DesKey; pan: string; expiry: string }): {
  csc5: string;
  csc4: string;
  csc3: string;
} {
  requirePan(o.pan);
  requireDigits(o.expiry, { name: 'expiry', min: 4, max: 4, code: 'EXPIRY_INVALID' });
  const digits = cardDigits(o.csck, o.pan.padEnd(19, '0') + o.expiry);
  return { csc5: digits.slice(0, 5), csc4: digits.slice(5, 9), csc3: digits.slice(9, 12) };
}

/**
 * CVC3 (Mastercard contactless magnetic stripe): `digits` (1 to 5) right-most digits.
 * IVCVC3 = last two bytes of the ISO 9797-1 algorithm 3 MAC (padding 2) of the static track data;
 * CVC3 = last two bytes of E(key, IVCVC3 | UN | ATC), as a decimal number.
 */
export function cvc3(o: {
  /** The card's own CVC3 key, 16 bytes (`iccMasterKey` of @pinfold/emv). */
  key: DesKey;
  /** Static track data, 1 to 256 bytes. */
  track: Uint8Array;
  /** Application transaction counter, 2 bytes. */
  atc: Uint8Array;
  /** Unpredictable number, 4 bytes. */
  un: Uint8Array;
  digits?: number;
}): string {
  const { digits = 3 } = o;
  requireDoubleKey(o.key);
  requireBytesOf(o.track, { name: 'track', min: 1, max: 256 });
  requireBytesOf(o.atc, { name: 'atc', min: 2, max: 2 });
  requireBytesOf(o.un, { name: 'un', min: 4, max: 4 });
  if (!Number.isInteger(digits) || digits < 1 || digits > 5) {
    throw new InputError('DIGITS_INVALID', 'digits must be 1 to 5');
  }
  const mac = iso9797Mac({ algorithm: 3, padding: 2, key: o.key, data: o.track });
  const block = new Uint8Array(8);
  block.set(mac.subarray(6));
  block.set(o.un, 2);
  block.set(o.atc, 6);
  const out = encryptEcb(o.key, block);
  return String((out[6]! << 8) | out[7]!)
    .padStart(5, '0')
    .slice(-digits);
}

/** The sixteen Visa-decimalised digits of the chained encipherment of up to 32 digits. */
function cardDigits(key: DesKey, data: string): string {
  requireDoubleKey(key);
  return cardCodeDigits(iso9797Mac({ algorithm: 3, padding: 0, key, data: cardCodeBlocks(data) }));
}

/** Up to 32 digits as the two blocks that are MACed; part of the codes above, for hosts of many. */
export function cardCodeBlocks(digits: string): Uint8Array {
  return fromHex(digits.padEnd(32, '0'));
}

/** The sixteen digits of the MAC of those blocks (8 bytes, wiped): a CVV is the first three. */
export function cardCodeDigits(block: Uint8Array): string {
  const hi = wordAt(block, 0);
  const lo = wordAt(block, 4);
  let decimal = '';
  let rest = '';
  for (let i = 0; i < 16; i++) {
    const nibble = nibbleAt(hi, lo, i);
    if (nibble < 10) decimal += nibble;
    else rest += nibble - 10;
  }
  wipe(block);
  return decimal + rest;
}

function requireServiceCode(code: unknown): void {
  if (isDigits(code, 3, 3)) return;
  throw new InputError('SERVICE_CODE_INVALID', 'serviceCode must be 3 digits');
}

function requireDoubleKey(key: unknown, name = 'key'): void {
  if (key instanceof DesKey && key.lengthBytes === 16) return;
  throw new InputError('KEY_INVALID', `${name} must be a two-key triple DES key`);
}

function requireBytesOf(
  bytes: unknown,
  { name, min, max }: { name: string; min: number; max: number },
): void {
  if (isBytes(bytes) && bytes.length >= min && bytes.length <= max) return;
  throw new InputError(
    'BYTES_LENGTH',
    `${name} must be ${min === max ? min : `${min} to ${max}`} bytes`,
  );
}
