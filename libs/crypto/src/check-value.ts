/**
 * Key check values. Method `zeros`: a block of zeros enciphered (ANSI X9.24-1, the habit of DES
 * keys). Method `cmac`: CMAC over a block of zeros (X9.24-1:2017 annex A, for AES keys).
 */

import { AesKey } from './aes-key.js';
import { cmac } from './cmac.js';
import { DesKey } from './des-key.js';
import { requireInteger, requireOneOf } from './errors.js';
import type { BlockKey } from './modes.js';

export interface CheckValueOptions {
  readonly cipher: 'des' | 'aes';
  readonly method: 'zeros' | 'cmac';
  /** 2 to 8 left-most bytes; 3 by default. More than 3 tells more about the key. */
  readonly lengthBytes?: number;
}

/** @throws InputError BYTES_EXPECTED, KEY_LENGTH, CIPHER_UNKNOWN, METHOD_UNKNOWN, LENGTH_INVALID */
export function checkValue(
  key: Uint8Array,
  { cipher, method, lengthBytes = 3 }: CheckValueOptions,
): Uint8Array {
  requireOneOf(cipher, { name: 'cipher', code: 'CIPHER_UNKNOWN', allowed: ['des', 'aes'] });
  requireOneOf(method, { name: 'method', code: 'METHOD_UNKNOWN', allowed: ['zeros', 'cmac'] });
  const limits = { min: 2, max: 8 };
  requireInteger(lengthBytes, { name: 'lengthBytes', code: 'LENGTH_INVALID', ...limits });
  const blockKey: BlockKey = cipher === 'des' ? DesKey.of(key) : AesKey.of(key);
  try {
    const block = new Uint8Array(blockKey.blockBytes);
    if (method === 'cmac') return cmac(blockKey, block).slice(0, lengthBytes);
    blockKey.encryptInto(block, 0, block, 0);
    return block.slice(0, lengthBytes);
  } finally {
    blockKey.wipe();
  }
}
