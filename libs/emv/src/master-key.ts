/** ICC master keys from an issuer master key. EMV 4.4 Book 2, annex A1.4: options A, B and C. */
import { createHash } from 'node:crypto';
import { adjustOddParity, concatBytes, fromHex, InputError } from '@pinfold/crypto';
import { encipher, requirePan, requirePsn } from './cipher.js';

/** A and B make double-length triple-DES keys, C makes AES keys as long as the issuer's. */
export const MASTER_KEY_DERIVATIONS = ['A', 'B', 'C'] as const;
export type MasterKeyDerivation = (typeof MASTER_KEY_DERIVATIONS)[number];

const BLOCK_DIGITS = 16;
const AES_BLOCK_DIGITS = 32;
const OPTION_B_FROM_DIGITS = 17;

export interface MasterKeyInput {
  /** Issuer master key: 16 bytes; option C: 16, 24 or 32. */
  readonly imk: Uint8Array;
  /** 12 to 19 digits. */
  readonly pan: string;
  /** PAN sequence number, two digits; `00` where the card has none. */
  readonly psn: string;
  /** Option B differs from A only for card numbers of 17 digits and more. */
  readonly option?: MasterKeyDerivation;
}

/**
 * ICC master key: double length with odd parity, or an AES key under option C.
 * @throws InputError EMV_KEY, EMV_PAN, EMV_PSN, EMV_OPTION
 */
export function iccMasterKey({ imk, pan, psn, option = 'A' }: MasterKeyInput): Uint8Array {
  requirePan(pan);
  requirePsn(psn);
  if (!MASTER_KEY_DERIVATIONS.includes(option)) {
    throw new InputError('EMV_OPTION', 'master key derivation is option A, B or C');
  }
  if (option === 'C') return aesMasterKey(imk, pan + psn);
  const digits =
    option === 'B' && pan.length >= OPTION_B_FROM_DIGITS
      ? decimalisedHash(pan, psn)
      : (pan + psn).slice(-BLOCK_DIGITS).padStart(BLOCK_DIGITS, '0');
  return adjustOddParity(encipher(imk, withInverse(fromHex(digits)), { name: 'imk' }));
}

/** Option C: PAN and PSN as one block, and its inverse for the rest of a key longer than a block. */
function aesMasterKey(imk: Uint8Array, number: string): Uint8Array {
  const block = fromHex(number.padStart(AES_BLOCK_DIGITS, '0'));
  const both = encipher(imk, withInverse(block), { cipher: 'aes', name: 'imk' });
  const key = both.slice(0, imk.length);
  both.fill(0);
  return key;
}

function withInverse(block: Uint8Array): Uint8Array {
  return concatBytes(
    block,
    block.map((byte) => byte ^ 0xff),
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
