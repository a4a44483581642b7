/** A DES or triple-DES key with its schedules made once. FIPS 46-3, SP 800-67. */

import { wipe } from './bytes.js';
import { InputError, requireLength } from './errors.js';
import { PASS_BYTES, SCHEDULE_BYTES } from './integer/layout.js';
import {
  cryptBlock,
  isOwner,
  makeSchedule,
  nextKeyNumber,
  scheduleAt,
  wipeSchedule,
} from './integer/schedules.js';

const KEY_LENGTHS = [8, 16, 24] as const;
const scratch = new Int32Array(2);

/**
 * Key of 8 (single DES), 16 (K1 K2 K1) or 24 bytes. Parity bits are ignored.
 * The bytes are copied; after `wipe()` every use throws InputError KEY_WIPED.
 * The schedules are in the memory of the integer engine, see `integer/schedules.ts`.
 */
export class DesKey {
  readonly blockBytes = 8;
  readonly lengthBytes: 8 | 16 | 24;
  /** Bytes of a schedule: one pass or three. */
  readonly scheduleBytes: number;
  readonly #bytes: Uint8Array;
  readonly #number: number;
  /** Places of the schedules, 0 for none. */
  #encryption = 0;
  #decryption = 0;
  #wiped = false;
  /** @internal Handle in the shared batch (see `encryptMany`), 0 for none. */
  sharedHandle = 0;
  #copies: Set<() => void> | undefined;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.lengthBytes = bytes.length as 8 | 16 | 24;
    this.scheduleBytes = bytes.length === 8 ? PASS_BYTES : SCHEDULE_BYTES;
    this.#number = nextKeyNumber();
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

  /** @internal Address of the schedule for `cryptBlock`, until another key is used. @throws InputError KEY_WIPED */
  encryptionSchedule(): number {
    if (!isOwner(this.#encryption, this.#number)) {
      this.#encryption = makeSchedule(this.#live(), this.#number, 'encrypt');
    }
    return scheduleAt(this.#encryption);
  }

  /** @internal As `encryptionSchedule`, for deciphering. @throws InputError KEY_WIPED */
  decryptionSchedule(): number {
    if (!isOwner(this.#decryption, this.#number)) {
      this.#decryption = makeSchedule(this.#live(), this.#number, 'decrypt');
    }
    return scheduleAt(this.#decryption);
  }

  /** Reads a secret: the key itself, for an engine that keeps it. @throws InputError KEY_WIPED */
  exposeBytes(): Uint8Array {
    return this.#live();
  }

  encryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    const at = this.encryptionSchedule();
    const end = at + this.scheduleBytes;
    cryptBlock(at, end, readWord(input, from), readWord(input, from + 4), scratch);
    writeWords(scratch, output, to);
  }

  decryptInto(input: Uint8Array, from: number, output: Uint8Array, to: number): void {
    const at = this.decryptionSchedule();
    const end = at + this.scheduleBytes;
    cryptBlock(at, end, readWord(input, from), readWord(input, from + 4), scratch);
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
    wipeSchedule(this.#encryption, this.#number);
    wipeSchedule(this.#decryption, this.#number);
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
  const at = key.encryptionSchedule();
  cryptBlock(at, at + key.scheduleBytes, hi | 0, lo | 0, out);
}

/** The inverse of `desEncryptBlock`. @throws InputError OUTPUT_LENGTH, KEY_WIPED */
export function desDecryptBlock(key: DesKey, hi: number, lo: number, out: Int32Array): void {
  if (out.length < 2) throw new InputError('OUTPUT_LENGTH', 'out must hold two 32-bit integers');
  const at = key.decryptionSchedule();
  cryptBlock(at, at + key.scheduleBytes, hi | 0, lo | 0, out);
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
