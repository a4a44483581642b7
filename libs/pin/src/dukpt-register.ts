/**
 * The terminal's side of DUKPT, for both kinds: one register per counter bit, holding keys of the
 * future.
 *
 * The key of a counter comes from the key of the same counter without its lowest bit. So a terminal
 * keeps, for each bit, the key that the next counter with that lowest bit will use; when it uses
 * one it derives the keys below it and erases it. No key of the past can be found from what is left
 * (X9.24-1 annex A.2, X9.24-3 6.4). Counters with more ones than `maxOnes` are skipped.
 */
import { InputError, ok, type Result, refused, wipe } from '@pinfold/crypto';

/** What differs between the two kinds of DUKPT. */
export interface DukptScheme {
  readonly counterBits: number;
  readonly maxOnes: number;
  /** The key of `counter`, from the key of `counter` without its lowest bit. */
  derive(key: Uint8Array, counter: number): Uint8Array;
}

/** Number of bits set in an unsigned 32-bit counter. */
export function onesIn(counter: number): number {
  let ones = 0;
  for (let rest = counter >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) ones++;
  return ones;
}

/** Whether a terminal can ever have sent this counter. */
export function isUsableCounter(scheme: DukptScheme, counter: number): boolean {
  const ones = onesIn(counter);
  return counter < 2 ** scheme.counterBits && ones >= 1 && ones <= scheme.maxOnes;
}

/** The key of a counter from the initial key: one derivation per set bit, highest first. */
export function keyOfCounter(
  scheme: DukptScheme,
  initialKey: Uint8Array,
  counter: number,
): Uint8Array {
  let key = Uint8Array.from(initialKey);
  let reached = 0;
  for (let bit = scheme.counterBits - 1; bit >= 0; bit--) {
    const mask = 2 ** bit;
    if (Math.floor(counter / mask) % 2 === 0) continue;
    reached += mask;
    const next = scheme.derive(key, reached);
    wipe(key);
    key = Uint8Array.from(next);
    wipe(next);
  }
  return key;
}

/**
 * The future keys of one terminal. Counts its transactions and refuses when the counter is spent.
 */
export class DukptRegister {
  readonly #scheme: DukptScheme;
  readonly #keys: (Uint8Array | undefined)[] = [];
  #counter: number;

  /**
   * Loads the keys that a terminal at `counter` (default 1: new) holds. The initial key is not
   * kept.
   * @throws InputError COUNTER_INVALID unless the counter is one that a terminal can send
   */
  constructor(scheme: DukptScheme, initialKey: Uint8Array, counter = 1) {
    if (!Number.isInteger(counter) || !isUsableCounter(scheme, counter)) {
      throw new InputError('COUNTER_INVALID', 'counter must be one that a terminal can send');
    }
    this.#scheme = scheme;
    this.#counter = counter;
    for (let bit = 0; bit < scheme.counterBits; bit++) {
      // The next counter whose lowest bit is this one, counted up from where the terminal stands;
      // where that is behind, the key is of the past.
      const mask = 2 ** bit;
      const above = Math.floor(counter / (2 * mask)) * 2 * mask;
      const next = above + mask;
      if (next >= counter) this.#keys[bit] = keyOfCounter(scheme, initialKey, next);
    }
  }

  /** Counter of the next transaction, or undefined when spent. */
  get counter(): number | undefined {
    return this.#counter < 2 ** this.#scheme.counterBits ? this.#counter : undefined;
  }

  /**
   * The next transaction's counter and key; the key's register is erased and the counter moves on.
   */
  next(): Result<{ counter: number; key: Uint8Array }, 'DUKPT_SPENT'> {
    const counter = this.counter;
    if (counter === undefined) return refused('DUKPT_SPENT');
    const lowest = lowestBit(counter);
    const bit = Math.log2(lowest);
    const key = this.#keys[bit]!;
    this.#keys[bit] = undefined;
    if (onesIn(counter) < this.#scheme.maxOnes) {
      for (let below = bit - 1; below >= 0; below--) {
        this.#keys[below] = this.#scheme.derive(key, counter + 2 ** below);
      }
      this.#counter = counter + 1;
    } else {
      this.#counter = counter + lowest;
    }
    return ok({ counter, key });
  }

  /** Erases every key; the register is spent. */
  wipe(): void {
    for (const key of this.#keys) if (key) wipe(key);
    this.#keys.length = 0;
    this.#counter = 2 ** this.#scheme.counterBits;
  }
}

function lowestBit(counter: number): number {
  return (counter & -counter) >>> 0;
}
