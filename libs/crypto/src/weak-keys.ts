/**
 * DES keys to refuse: the four weak and twelve semi-weak keys, and multiple-length keys that fall
 * back to single DES. NIST SP 800-67 section 3.3.2. Parity bits do not count.
 */

import { fromHex } from './bytes.js';
import { requireLength } from './errors.js';

/** Encrypting twice gives the plaintext back. */
export const WEAK_DES_KEYS: readonly string[] = [
  '0101010101010101',
  'FEFEFEFEFEFEFEFE',
  'E0E0E0E0F1F1F1F1',
  '1F1F1F1F0E0E0E0E',
];

/** Pairs: one deciphers what the other enciphered. */
export const SEMI_WEAK_DES_KEYS: readonly (readonly [string, string])[] = [
  ['011F011F010E010E', '1F011F010E010E01'],
  ['01E001E001F101F1', 'E001E001F101F101'],
  ['01FE01FE01FE01FE', 'FE01FE01FE01FE01'],
  ['1FE01FE00EF10EF1', 'E01FE01FF10EF10E'],
  ['1FFE1FFE0EFE0EFE', 'FE1FFE1FFE0EFE0E'],
  ['E0FEE0FEF1FEF1FE', 'FEE0FEE0FEF1FEF1'],
];

const REFUSED: readonly Uint8Array[] = [...WEAK_DES_KEYS, ...SEMI_WEAK_DES_KEYS.flat()].map(
  fromHex,
);

/** Whether any 8-byte part of the key is weak or semi-weak. @throws InputError KEY_LENGTH */
export function isWeakDesKey(key: Uint8Array): boolean {
  requireDesKey(key);
  let found = 0;
  for (let at = 0; at < key.length; at += 8) {
    for (const weak of REFUSED) found |= equalParts(key, at, weak, 0);
  }
  return found === 1;
}

/**
 * Whether two neighbouring parts are equal, so that encrypt and decrypt cancel and single DES is
 * left. K1 = K3 is an ordinary two-key key. A single-length key has nothing to compare: false.
 * @throws InputError KEY_LENGTH
 */
export function hasEqualHalves(key: Uint8Array): boolean {
  requireDesKey(key);
  let found = 0;
  for (let at = 8; at < key.length; at += 8) found |= equalParts(key, at - 8, key, at);
  return found === 1;
}

/** 1 when eight bytes are the same but for parity, in a time that does not depend on them. */
function equalParts(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  let difference = 0;
  for (let i = 0; i < 8; i++) difference |= (a[aAt + i]! ^ b[bAt + i]!) & 0xfe;
  return difference === 0 ? 1 : 0;
}

function requireDesKey(key: Uint8Array): void {
  requireLength(key, { name: 'DES key', code: 'KEY_LENGTH', allowed: [8, 16, 24] });
}
