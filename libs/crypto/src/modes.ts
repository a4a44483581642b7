/**
 * Modes of operation over whole blocks: ECB, CBC and CTR. SP 800-38A, FIPS 81.
 * No padding is added or taken away: that is the caller's format.
 */

import { AES_BULK_BYTES, AesKey } from './aes-key.js';
import type { DesKey } from './des-key.js';
import { InputError, requireBytes, requireLength } from './errors.js';

export type BlockKey = DesKey | AesKey;

/** @throws InputError BYTES_EXPECTED, DATA_LENGTH (not whole blocks), KEY_WIPED */
export function encryptEcb(key: BlockKey, data: Uint8Array): Uint8Array {
  requireBlocks(key, data);
  if (key instanceof AesKey && data.length >= AES_BULK_BYTES) return key.bulk('encrypt', data);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += key.blockBytes) key.encryptInto(data, at, out, at);
  return out;
}

/** @throws InputError BYTES_EXPECTED, DATA_LENGTH (not whole blocks), KEY_WIPED */
export function decryptEcb(key: BlockKey, data: Uint8Array): Uint8Array {
  requireBlocks(key, data);
  if (key instanceof AesKey && data.length >= AES_BULK_BYTES) return key.bulk('decrypt', data);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += key.blockBytes) key.decryptInto(data, at, out, at);
  return out;
}

/** @throws InputError BYTES_EXPECTED, DATA_LENGTH, IV_LENGTH (not one block), KEY_WIPED */
export function encryptCbc(key: BlockKey, iv: Uint8Array, data: Uint8Array): Uint8Array {
  requireBlocks(key, data);
  requireIv(key, iv);
  const size = key.blockBytes;
  const out = new Uint8Array(data);
  for (let at = 0; at < out.length; at += size) {
    for (let i = 0; i < size; i++) out[at + i]! ^= at === 0 ? iv[i]! : out[at - size + i]!;
    key.encryptInto(out, at, out, at);
  }
  return out;
}

/** @throws InputError BYTES_EXPECTED, DATA_LENGTH, IV_LENGTH (not one block), KEY_WIPED */
export function decryptCbc(key: BlockKey, iv: Uint8Array, data: Uint8Array): Uint8Array {
  requireIv(key, iv);
  const out = decryptEcb(key, data);
  const size = key.blockBytes;
  for (let i = 0; i < out.length; i++) out[i]! ^= i < size ? iv[i]! : data[i - size]!;
  return out;
}

/**
 * CTR, data of any length; enciphering and deciphering are the same. `iv` is the first counter
 * block, counted up as one big-endian number over the whole block.
 * @throws InputError BYTES_EXPECTED, IV_LENGTH (not one block), KEY_WIPED
 */
export function ctr(key: BlockKey, iv: Uint8Array, data: Uint8Array): Uint8Array {
  requireBytes(data, 'data');
  requireIv(key, iv);
  const size = key.blockBytes;
  const counters = new Uint8Array(Math.ceil(data.length / size) * size);
  const counter = new Uint8Array(iv);
  for (let at = 0; at < counters.length; at += size) {
    counters.set(counter, at);
    increment(counter);
  }
  const out = encryptEcb(key, counters).subarray(0, data.length);
  for (let i = 0; i < out.length; i++) out[i]! ^= data[i]!;
  return out;
}

/** Adds one to a big-endian number, around at its end. */
function increment(counter: Uint8Array): void {
  for (let i = counter.length - 1; i >= 0; i--) {
    counter[i] = counter[i]! + 1;
    if (counter[i] !== 0) return;
  }
}

function requireBlocks(key: BlockKey, data: Uint8Array): void {
  requireBytes(data, 'data');
  if (data.length % key.blockBytes !== 0) {
    throw new InputError('DATA_LENGTH', `data must be whole blocks of ${key.blockBytes} bytes`);
  }
}

function requireIv(key: BlockKey, iv: Uint8Array): void {
  requireLength(iv, { name: 'iv', code: 'IV_LENGTH', allowed: [key.blockBytes] });
}
