/** What the tests compare with: OpenSSL through node:crypto, written independently of the library. */

import { createCipheriv, createSecretKey } from 'node:crypto';
import fc from 'fast-check';

/** A DES key of 8, 16 or 24 bytes as the 24 bytes of DES-EDE3. */
export function tripleLength(key: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 24 }, (_, i) => key[i % key.length]!);
}

export function opensslEncrypt(
  { cipher, mode, iv }: { cipher: 'des' | 'aes'; mode: 'ecb' | 'cbc' | 'ctr'; iv?: Uint8Array },
  key: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const raw = cipher === 'des' ? tripleLength(key) : key;
  const name = cipher === 'des' ? `des-ede3-${mode}` : `aes-${8 * key.length}-${mode}`;
  const native = createCipheriv(name, createSecretKey(raw), iv ?? null).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([native.update(data), native.final()]));
}

/** CBC-MAC of whole blocks under one key: the last block of CBC from a block of zeros. */
export function opensslCbcMac(
  cipher: 'des' | 'aes',
  key: Uint8Array,
  blocks: Uint8Array,
): Uint8Array {
  const size = cipher === 'des' ? 8 : 16;
  return opensslEncrypt({ cipher, mode: 'cbc', iv: new Uint8Array(size) }, key, blocks).slice(
    -size,
  );
}

export const desKeyBytes = fc
  .constantFrom(8, 16, 24)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

export const aesKeyBytes = fc
  .constantFrom(16, 24, 32)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

export const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

export const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });

/** The code of the InputError that `run` throws, or what else happened. */
export function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    return name === 'InputError' ? code : `${name}: ${message}`;
  }
}
