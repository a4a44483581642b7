/** Work area of the batch forms: up to `LANES` blocks with their DES keys, wiped after use. */
import { type DesKey, decryptMany, encryptMany } from '@pinfold/crypto';
import { wordAt } from '@pinfold/pin';

/** Blocks that the batch engine takes at a time. */
export const LANES = 128;

export class BlockBatch {
  readonly #keys: DesKey[] = [];
  readonly #words = new Int32Array(2 * LANES);

  /** A block for one lane: lanes are filled from 0 on, and may be filled again for a second pass. */
  put(lane: number, key: DesKey, hi: number, lo: number): void {
    this.#keys[lane] = key;
    this.#words[2 * lane] = hi;
    this.#words[2 * lane + 1] = lo;
  }

  /** The same for a block of eight bytes. */
  putBytes(lane: number, key: DesKey, block: Uint8Array): void {
    this.put(lane, key, wordAt(block, 0), wordAt(block, 4));
  }

  hi(lane: number): number {
    return this.#words[2 * lane]!;
  }

  lo(lane: number): number {
    return this.#words[2 * lane + 1]!;
  }

  /** Deciphers the first `count` lanes. */
  decrypt(count: number): void {
    decryptMany(this.#keys, this.#words, count);
  }

  encrypt(count: number): void {
    encryptMany(this.#keys, this.#words, count);
  }

  /** Keys are the key store's, which wipes them. */
  wipe(): void {
    this.#words.fill(0);
  }
}
