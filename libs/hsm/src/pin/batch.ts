/** Work area of the batch forms: DES keys and blocks of up to `BATCH_LIMIT` jobs, wiped after use. */
import { type DesKey, decryptMany, encryptMany } from '@pinfold/crypto';

/** Jobs that one batch form takes at a time; the dispatcher divides longer lists. */
export const BATCH_LIMIT = 512;
/** Below this many jobs the single form is as fast. */
export const BATCH_FROM = 8;

export class BlockBatch {
  readonly keys: DesKey[] = [];
  readonly words = new Int32Array(2 * BATCH_LIMIT);

  add(key: DesKey, hi: number, lo: number): void {
    const at = 2 * this.keys.length;
    this.words[at] = hi;
    this.words[at + 1] = lo;
    this.keys.push(key);
  }

  /** For a second pass over the same jobs under other keys. */
  replace(index: number, key: DesKey, hi: number, lo: number): void {
    this.keys[index] = key;
    this.words[2 * index] = hi;
    this.words[2 * index + 1] = lo;
  }

  hi(index: number): number {
    return this.words[2 * index]!;
  }

  lo(index: number): number {
    return this.words[2 * index + 1]!;
  }

  decrypt(): void {
    decryptMany(this.keys, this.words, this.keys.length);
  }

  encrypt(): void {
    encryptMany(this.keys, this.words, this.keys.length);
  }

  clear(): void {
    this.words.fill(0, 0, 2 * this.keys.length);
    this.keys.length = 0;
  }
}
