/**
 * ICC master keys from an issuer master key. EMV 4.3 Book 2, annex A1.4: options A and B.
 * Left out: option C (AES), which no published vector of ours covers.
 */
import { createHash } from 'node:crypto';
import { adjustOddParity, concatBytes, fromHex, InputError } from '@pinfold/crypto';
import { encipherBlock, requirePan, requirePsn } from './tdes.js';

export type MasterKeyDerivation = 'A' | 'B';

const BLOCK_DIGITS = 16;
const OPTION_B_FROM_DIGITS = 17;

export interface MasterKeyInput {
  /** Issuer master key, 16 bytes. */
  readonly imk: Uint8Array;
  /** 12 to 19 digits. */
  readonly pan: string;
  /** PAN sequence number, two digits; `00` where the card has none. */
  readonly psn: string;
  /** Option B differs from A only for card numbers of 17 digits and more. */
  readonly option?: MasterKeyDerivation;
}

/**
 * Double-length ICC master key with odd parity.
 * @throws InputError EMV_KEY, EMV_PAN, EMV_PSN, EMV_OPTION
 */
export function iccMasterKey({ imk, pan, psn, option = 'A' }: MasterKeyInput): Uint8Array {
  requirePan(pan);
  requirePsn(psn);
  if (option !== 'A' && option !== 'B') {
    throw new InputError('EMV_OPTION', 'master key derivation is option A or B');
  }
  const digits =
    option === 'B' && pan.length >= OPTION_B_FROM_DIGITS
      ? decimalisedHash(pan, psn)
      : (pan + psn).slice(-BLOCK_DIGITS).padStart(BLOCK_DIGITS, '0');
  const left = fromHex(digits);
  const right = left.map((byte) => byte ^ 0xff);
  return adjustOddParity(
    concatBytes(encipherBlock(imk, left, 'imk'), encipherBlock(imk, right, 'imk')),
  );
}

/** Option B: sixteen decimal digits of SHA-1 over PAN and PSN; letters follow as digits when needed. */
function decimalisedHash(pan: string, psn: string): string {
  const number = pan + psn;
  const packed = number.length % 2 === 0 ? number : `0${number}`;
  const hash = createHash('sha1').update(fromHex(packed)).digest('hex');
  const decimal = hash.replace(/[a-f]/g, '');
  const fromLetters = hash
    .replace(/\d/g, '')
    .replace(/[a-f]/g, (c) => String(c.charCodeAt(0) - 97));
  return (decimal + fromLetters).slice(0, BLOCK_DIGITS);
}
