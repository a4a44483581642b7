/**
 * RSAES-PKCS1-v1_5 decoding (RFC 8017, 7.2.2) as devices of its time did it: the padding is looked
 * at, and the answer says so. That is the oracle of Bleichenbacher's attack, which is why only a
 * legacy device has it; Node's own decryption hides it.
 */
import { constants, type KeyObject, privateDecrypt } from 'node:crypto';

/** The message, or undefined where the padding is wrong: 00 02, eight or more non-zero bytes, 00. */
export function decryptPkcs1(key: KeyObject, ciphertext: Uint8Array): Uint8Array | undefined {
  let encoded: Buffer;
  try {
    encoded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext);
  } catch {
    return undefined;
  }
  if (encoded[0] !== 0 || encoded[1] !== 2) return undefined;
  const end = encoded.indexOf(0, 2);
  return end < 10 ? undefined : Uint8Array.from(encoded.subarray(end + 1));
}
