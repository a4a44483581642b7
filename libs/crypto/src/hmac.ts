/** HMAC through OpenSSL. FIPS 198-1, RFC 2104. */

import { createHmac, createSecretKey } from 'node:crypto';
import { InputError, requireBytes, requireOneOf } from './errors.js';

/** The hash functions offered. SHA-1 is here for the historical formats only. */
export const HMAC_HASHES = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
export type HmacHash = (typeof HMAC_HASHES)[number];

/**
 * The whole HMAC; truncation takes the left-most bytes. The key may have any length; an empty one is
 * refused.
 * @throws InputError BYTES_EXPECTED, HASH_UNKNOWN, KEY_LENGTH
 */
export function hmac(hash: HmacHash, key: Uint8Array, data: Uint8Array): Uint8Array {
  requireOneOf(hash, { name: 'hash', code: 'HASH_UNKNOWN', allowed: HMAC_HASHES });
  requireBytes(key, 'key');
  requireBytes(data, 'data');
  if (key.length === 0) throw new InputError('KEY_LENGTH', 'an HMAC key must not be empty');
  return new Uint8Array(createHmac(hash, createSecretKey(key)).update(data).digest());
}
