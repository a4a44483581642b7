/** Odd parity of DES key bytes: the least significant bit of each byte. FIPS 46-3. */

import { requireBytes } from './errors.js';

/** A copy with odd parity in every byte. @throws InputError BYTES_EXPECTED */
export function adjustOddParity(key: Uint8Array): Uint8Array {
  requireBytes(key, 'key');
  return Uint8Array.from(key, (byte) => byte ^ 1 ^ parity(byte));
}

/** @throws InputError BYTES_EXPECTED */
export function hasOddParity(key: Uint8Array): boolean {
  requireBytes(key, 'key');
  let odd = 1;
  for (const byte of key) odd &= parity(byte);
  return odd === 1;
}

/** 1 when the byte has an odd number of ones. */
function parity(byte: number): number {
  let bits = byte ^ (byte >> 4);
  bits ^= bits >> 2;
  return (bits ^ (bits >> 1)) & 1;
}
