/**
 * A key inside the device, opened. It never leaves: commands get it from the key store and use it;
 * nothing serialises it. `wipe` overwrites the bytes and the cipher schedules.
 */
import { AesKey, DesKey, wipe } from '@pinfold/crypto';
import type { TokenHeader } from '../tokens/header.js';
import type { Unsealed } from '../tokens/scheme.js';
import { CacheEntry } from './clock-cache.js';

export class ClearKey extends CacheEntry {
  readonly header: TokenHeader;
  /** Bit of the type and of the usage, for the slot check. */
  readonly typeBit: number;
  readonly usageBit: number;
  /** Exactly one of the two, by algorithm; neither for lengths that no cipher takes. */
  readonly des: DesKey | undefined;
  readonly aes: AesKey | undefined;
  /** Slots for which the key store has it at hand, beside its cache. */
  memos = 0;
  readonly #bytes: Uint8Array;

  /** Takes the bytes over: the caller keeps no reference. */
  constructor({ header, typeBit, usageBit, bytes }: Unsealed) {
    super();
    this.header = header;
    this.typeBit = typeBit;
    this.usageBit = usageBit;
    this.#bytes = bytes;
    this.aes = header.algorithm === 'A' && bytes.length >= 16 ? AesKey.of(bytes) : undefined;
    this.des =
      (header.algorithm === 'T' || header.algorithm === 'D') &&
      bytes.length % 8 === 0 &&
      bytes.length <= 24
        ? DesKey.owning(bytes)
        : undefined;
  }

  /** Reads a secret: the key itself. Not a copy; do not keep it. */
  exposeBytes(): Uint8Array {
    return this.#bytes;
  }

  wipe(): void {
    // A DES key overwrites the bytes itself: they are its own.
    if (this.des !== undefined) this.des.wipe();
    else wipe(this.#bytes);
    this.aes?.wipe();
  }

  toJSON(): string {
    return '[ClearKey]';
  }
}
