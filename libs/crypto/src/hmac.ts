/** HMAC through OpenSSL. FIPS 198-1, RFC 2104. */

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { InputError, requireBytes, requireOneOf } from './errors.js';

/** The hash functions offered. SHA-1 is here for the historical formats only. */
export const HMAC_HASHES = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
export type HmacHash = (typeof HMAC_HASHES)[number];

/** A key made ready once: half the cost of a short HMAC is the making of its key. */
export class HmacKey {
  readonly lengthBytes: number;
  readonly #keyObject: KeyObject;

  private constructor(bytes: Uint8Array) {
    this.lengthBytes = bytes.length;
    this.#keyObject = createSecretKey(bytes);
  }

  /** Any length but none. @throws InputError BYTES_EXPECTED, KEY_LENGTH */
  static of(bytes: Uint8Array): HmacKey {
    requireBytes(bytes, 'HMAC key');
    if (bytes.length === 0) throw new InputError('KEY_LENGTH', 'an HMAC key must not be empty');
    return new HmacKey(bytes);
  }

  /** Reads a secret: the key as OpenSSL holds it. */
  exposeKeyObject(): KeyObject {
    return this.#keyObject;
  }

  toJSON(): string {
    return '[HmacKey]';
  }
}

/**
 * The whole HMAC; truncation takes the left-most bytes.
 * @throws InputError BYTES_EXPECTED, HASH_UNKNOWN, KEY_LENGTH (empty)
 */
export function hmac(hash: HmacHash, key: Uint8Array | HmacKey, data: Uint8Array): Uint8Array {
  requireOneOf(hash, { name: 'hash', code: 'HASH_UNKNOWN', allowed: HMAC_HASHES });
  requireBytes(data, 'data');
  const ready = key instanceof HmacKey ? key : HmacKey.of(key);
  return new Uint8Array(createHmac(hash, ready.exposeKeyObject()).update(data).digest());
}
