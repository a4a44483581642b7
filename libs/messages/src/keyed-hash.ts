/**
 * The stand-in for a card number or terminal id in record keys, tables and logs: HMAC-SHA-256
 * (FIPS 198-1) under an index key, cut to 128 bits. Without the key nobody can try card numbers.
 */
import { createHmac } from 'node:crypto';
import type { HmacKey } from '@pinfold/crypto';

const BYTES = 16;

/** 22 characters of base64url. The index key should be 32 bytes; it is not rotated with data keys. */
export function keyedHash(indexKey: HmacKey, text: string): string {
  return createHmac('sha256', indexKey.exposeKeyObject())
    .update(text, 'utf8')
    .digest()
    .toString('base64url', 0, BYTES);
}
