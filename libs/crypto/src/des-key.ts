/** A DES or triple-DES key with its schedules made once. FIPS 46-3, SP 800-67. */

import { wipe } from './bytes.js';
import { desBlock } from './des-block.js';
import { decryptionSchedule, encryptionSchedule, releaseSchedule } from './des-schedule.js';
import { InputError, requireLength } from './errors.js';

const KEY_LENGTHS = [8, 16, 24] as const;
const scratch = new Int32Array(2);

/**
 * Key of 8 (single DES), 16 (K1 K2 K1) or 24 bytes. Parity bits are ignored.
 * The bytes are copied; after `wipe()` every use throws InputError KEY_WIPED.
 */
export class DesKey {
  readonly blockBytes = 8;
  readonly lengthBytes: 8 | 16 | 24;
  readonly #bytes: Uint8Array;
  #encryption: Int32Array | undefined;
  #decryption: Int32Array | undefined;
  #wiped = false;
  /** @internal Handle in the shared batch (see `encryptMany`), 0 for none. */
  sharedHandle = 0;
  #copies: Set<() => void> | undefined;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.lengthBytes = bytes.length as 8 | 16 | 24;
  }

  /** @throws InputError BYTES_EXPECTED, KEY_LENGTH */
  static of(bytes: Uint8Array): DesKey {
    requireLength(bytes, { name: 'DES key', code: 'KEY_LENGTH', allowed: KEY_LENGTHS });
    return new DesKey(new Uint8Array(bytes));
  }

  /**
   * Takes the bytes over instead of copying them: the caller changes them no more, and `wipe`
   * overwrites them. @throws InputError BYTES_EXPECTED, KEY_LENGTH
   */
  static owning(bytes: Uint8Array): DesKey {
    requireLength(bytes, { name: 'DES key', code: 'KEY_LENGTH', allowed: KEY_LENGTHS });
    return new DesKey(bytes);
  }

  /** Reads a secret: the schedule for `desBlock`. @throws InputError KEY_WIPED */
  encryptionSchedule(): Int32Array {
    this.#encryption ??= encryptionSchedule(this.#live());
    return this.#encryption;
  }

  /** Reads a secret: the schedule for `desBlock`. @throws InputError KEY_WIPED */
  decryptionSchedule(): Int32Array {
    this.#decryption ??= decryptionSchedule(this.#live());
    return this.#decryption;
  }

  /** Reads a secret: the key itself, for an engine that keeps it. @throws InputError KEY_WIPED */
  exposeBytes(): Uint8Array {
    return this.#live();
  }

  encryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    const ks = this.encryptionSchedule();
    desBlock(ks, ks.length, readWord(input, from), readWord(input, from + 4), scratch);
    writeWords(scratch, output, to);
  }

  decryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    const ks = this.decryptionSchedule();
    desBlock(ks, ks.length, readWord(input, from), readWord(input, from + 4), scratch);
    writeWords(scratch, output, to);
  }

  /**
   * Registers what wipes a copy of the key that someone else keeps; `wipe()` calls it.
   * Returns what takes the registration back.
   */
  onWipe(wipeCopy: () => void): () => void {
    this.#copies ??= new Set();
    const copies = this.#copies.add(wipeCopy);
    return () => {
      copies.delete(wipeCopy);
    };
  }

  /** Overwrites the key, its schedules and the copies of engines; a second call does nothing. */
  wipe(): void {
    this.#wiped = true;
    wipe(this.#bytes);
    if (this.#encryption) releaseSchedule(this.#encryption);
    if (this.#decryption) releaseSchedule(this.#decryption);
    this.#encryption = undefined;
    this.#decryption = undefined;
    for (const wipeCopy of this.#copies ?? []) wipeCopy();
    this.#copies = undefined;
  }

  toJSON(): string {
    return '[DesKey]';
  }

  #live(): Uint8Array {
    if (this.#wiped) throw new InputError('KEY_WIPED', 'the key was wiped');
    return this.#bytes;
  }
}

/**
 * One block as two big-endian 32-bit integers, the hot path: nothing is allocated.
 * @throws InputError OUTPUT_LENGTH, KEY_WIPED
 */
export function desEncryptBlock(key: DesKey, hi: number, lo: number, out: Int32Array): void {
  if (out.length < 2) throw new InputError('OUTPUT_LENGTH', 'out must hold two 32-bit integers');
  const ks = key.encryptionSchedule();
  desBlock(ks, ks.length, hi | 0, lo | 0, out);
}

/** The inverse of `desEncryptBlock`. @throws InputError OUTPUT_LENGTH, KEY_WIPED */
export function desDecryptBlock(key: DesKey, hi: number, lo: number, out: Int32Array): void {
  if (out.length < 2) throw new InputError('OUTPUT_LENGTH', 'out must hold two 32-bit integers');
  const ks = key.decryptionSchedule();
  desBlock(ks, ks.length, hi | 0, lo | 0, out);
}

/** Four bytes, most significant first, as a signed 32-bit integer. */
export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Two words, most significant byte first. */
export function writeWords(words: Int32Array, bytes: Uint8Array, at: number): void {
  const hi = words[0]!;
  const lo = words[1]!;
  bytes[at] = hi >>> 24;
  bytes[at + 1] = hi >>> 16;
  bytes[at + 2] = hi >>> 8;
  bytes[at + 3] = hi;
  bytes[at + 4] = lo >>> 24;
  bytes[at + 5] = lo >>> 16;
  bytes[at + 6] = lo >>> 8;
  bytes[at + 7] = lo;
}
