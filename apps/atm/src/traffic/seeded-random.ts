/**
 * Random numbers that a seed repeats, for the traffic generator: which customer, which amount, which
 * mistake. Never for keys or PIN blocks. xoshiro128** (Blackman, Vigna), seeded by SHA-256.
 */
import { createHash } from 'node:crypto';

export class SeededRandom {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    const digest = createHash('sha256').update(seed, 'utf8').digest();
    this.#state = Uint32Array.from(
      { length: 4 },
      (_, i) => digest.readUInt32LE(4 * i) | (i === 0 ? 1 : 0),
    );
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** 0 to `below` - 1, every one as likely to within 2^-32 times `below`. */
  below(below: number): number {
    return Number((BigInt(this.uint32()) * BigInt(below)) >> 32n);
  }

  /** True in `share` of all cases (0 to 1). */
  chance(share: number): boolean {
    return this.uint32() < share * 2 ** 32;
  }
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
