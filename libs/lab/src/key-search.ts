/**
 * Searching single DES keys. A whole search is 2^56 trials; here the laboratory gives the first six
 * bytes away, so that 2^14 are left, and every report says so.
 */
import { adjustOddParity, DesKey, encryptEcb, toHex } from '@pinfold/crypto';

/** Bits of the key that are searched; a DES key has seven a byte. */
export const SEARCHED_BITS = 14;
export const GIVEN_BYTES = 6;
const ZEROS = new Uint8Array(8);

/** The key with that check value, or undefined. `given`: its first bytes. */
export function searchDesKey(given: Uint8Array, checkValue: string): Uint8Array | undefined {
  const key = new Uint8Array(8);
  key.set(given.subarray(0, GIVEN_BYTES));
  for (let high = 0; high < 128; high++) {
    key[6] = high << 1;
    for (let low = 0; low < 128; low++) {
      key[7] = low << 1;
      const whole = adjustOddParity(key);
      const des = DesKey.of(whole);
      const found = toHex(encryptEcb(des, ZEROS)).startsWith(checkValue);
      des.wipe();
      if (found) return whole;
    }
  }
  return undefined;
}
