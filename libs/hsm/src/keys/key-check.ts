/**
 * Check value of a key: six hexadecimal digits. DES: a block of zeros enciphered; AES: CMAC over a
 * block of zeros (ANSI X9.24-1); HMAC: the MAC of nothing under SHA-256 (X9.143 leaves it open).
 * Keys that no cipher takes (legacy shares of odd length) have none.
 */
import { checkValue, hmac, toHex } from '@pinfold/crypto';
import type { Algorithm } from './usages.js';

export function checkValueOf(key: Uint8Array, algorithm: Algorithm): string {
  if (algorithm === 'H') return toHex(hmac('sha256', key, new Uint8Array(0)).subarray(0, 3));
  return toHex(
    algorithm === 'A'
      ? checkValue(key, { cipher: 'aes', method: 'cmac' })
      : checkValue(key, { cipher: 'des', method: 'zeros' }),
  );
}

/** The algorithm letter of a DES key by its length; legacy tokens say nothing else. */
export function desLetter(lengthBytes: number): Algorithm {
  return lengthBytes === 8 ? 'D' : 'T';
}
