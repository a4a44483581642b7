/**
 * An AES key with its expansions made once. FIPS 197.
 *
 * Which implementation serves which use is decided here, by measurement: single blocks are enciphered
 * by the integer engine (its tables are 4 KB; those of @noble/ciphers 640) and deciphered by the
 * low-level functions of @noble/ciphers (a fourth of the time of a reused OpenSSL cipher), which also
 * expand the keys; long ECB data goes to OpenSSL through a KeyObject, whose 2 microseconds of set-up
 * are then worth it.
 */

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { unsafe } from '@noble/ciphers/aes.js';
import { wipe } from './bytes.js';
import { InputError, isBytes, requireLength } from './errors.js';
import {
  aesBlock,
  isOwner,
  keepRoundKeys,
  nextKeyNumber,
  scheduleAt,
  wipeSchedule,
} from './integer/schedules.js';

const KEY_LENGTHS = [16, 24, 32] as const;

const columns = new Int32Array(4);
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** From this many bytes on, one OpenSSL cipher is cheaper than block after block here. */
export const AES_BULK_BYTES = 512;

/** Key of 16, 24 or 32 bytes. The bytes are copied; after `wipe()` use throws KEY_WIPED. */
export class AesKey {
  readonly blockBytes = 16;
  readonly lengthBytes: 16 | 24 | 32;
  readonly #bytes: Uint8Array;
  readonly #number = nextKeyNumber();
  /** Place of the round keys for encryption, 0 for none; see `integer/schedules.ts`. */
  #encryption = 0;
  #decryption: Uint32Array | undefined;
  #keyObject: KeyObject | undefined;
  #wiped = false;

  private constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
    this.lengthBytes = bytes.length as 16 | 24 | 32;
  }

  /** @throws InputError BYTES_EXPECTED, KEY_LENGTH */
  static of(bytes: Uint8Array): AesKey {
    requireLength(bytes, { name: 'AES key', code: 'KEY_LENGTH', allowed: KEY_LENGTHS });
    return new AesKey(bytes);
  }

  encryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    for (let i = 0; i < 4; i++) columns[i] = readLe(input, from + 4 * i);
    this.#encryptColumns(columns);
    for (let i = 0; i < 4; i++) {
      writeLe(columns[i]!, output, to + 4 * i);
      columns[i] = 0;
    }
  }

  /** Enciphers in place the sixteen bytes that four words have in memory: nothing is taken apart. */
  encryptWords(block: Int32Array): void {
    if (LITTLE_ENDIAN) this.#encryptColumns(block);
    else this.encryptInto(bytesOf(block), 0, bytesOf(block), 0);
  }

  #encryptColumns(block: Int32Array): void {
    if (!isOwner(this.#encryption, this.#number)) {
      const roundKeys = unsafe.expandKeyLE(this.#live());
      this.#encryption = keepRoundKeys(roundKeys, this.#number);
      wipe(roundKeys);
    }
    const address = scheduleAt(this.#encryption);
    aesBlock(address, address + 4 * this.lengthBytes + 96, block);
  }

  decryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    this.#decryption ??= unsafe.expandKeyDecLE(this.#live());
    const xk = this.#decryption;
    const { s0, s1, s2, s3 } = unsafe.decrypt(
      xk,
      readLe(input, from),
      readLe(input, from + 4),
      readLe(input, from + 8),
      readLe(input, from + 12),
    );
    writeLe(s0, output, to);
    writeLe(s1, output, to + 4);
    writeLe(s2, output, to + 8);
    writeLe(s3, output, to + 12);
  }

  /** Whole blocks through OpenSSL, for long data. */
  bulk(direction: 'encrypt' | 'decrypt', data: Uint8Array): Uint8Array {
    this.#keyObject ??= createSecretKey(this.#live());
    const name = `aes-${8 * this.lengthBytes}-ecb`;
    const cipher =
      direction === 'encrypt'
        ? createCipheriv(name, this.#keyObject, null)
        : createDecipheriv(name, this.#keyObject, null);
    cipher.setAutoPadding(false);
    const out = cipher.update(data);
    cipher.final();
    return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  }

  /** Overwrites the key and its expansions (OpenSSL wipes its own copy when it is collected). */
  wipe(): void {
    this.#wiped = true;
    wipe(this.#bytes);
    wipeSchedule(this.#encryption, this.#number);
    if (this.#decryption) wipe(this.#decryption);
    this.#decryption = undefined;
    this.#keyObject = undefined;
  }

  toJSON(): string {
    return '[AesKey]';
  }

  #live(): Uint8Array {
    if (this.#wiped) throw new InputError('KEY_WIPED', 'the key was wiped');
    return this.#bytes;
  }
}

/** One block. @throws InputError BYTES_EXPECTED, BLOCK_LENGTH, KEY_WIPED */
export function aesEncryptBlock(
  key: AesKey,
  block: Uint8Array,
  out: Uint8Array = new Uint8Array(16),
): Uint8Array {
  requireBlocks(block, out);
  key.encryptInto(block, 0, out, 0);
  return out;
}

/** One block. @throws InputError BYTES_EXPECTED, BLOCK_LENGTH, KEY_WIPED */
export function aesDecryptBlock(
  key: AesKey,
  block: Uint8Array,
  out: Uint8Array = new Uint8Array(16),
): Uint8Array {
  requireBlocks(block, out);
  key.decryptInto(block, 0, out, 0);
  return out;
}

function requireBlocks(block: Uint8Array, out: Uint8Array): void {
  if (isBytes(block) && isBytes(out) && block.length === 16 && out.length === 16) return;
  requireLength(block, { name: 'block', code: 'BLOCK_LENGTH', allowed: [16] });
  requireLength(out, { name: 'out', code: 'BLOCK_LENGTH', allowed: [16] });
}

function readLe(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function writeLe(word: number, bytes: Uint8Array, at: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
