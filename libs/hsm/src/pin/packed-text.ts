/**
 * A short text of digits as two words, the first digit left-most: checked and packed in one pass, and
 * kept until another one is read, so that the input check and the command share the work.
 */
export class PackedText {
  hi = 0;
  lo = 0;
  length = 0;
  readonly #min: number;
  readonly #max: number;
  readonly #hex: boolean;
  #text: string | undefined;

  /** `min` to `max` (16 at most) decimal digits, or hexadecimal ones in upper case. */
  constructor({ min, max, hex }: { min: number; max: number; hex: boolean }) {
    this.#min = min;
    this.#max = max;
    this.#hex = hex;
  }

  /** Whether the value is such a text; then the members are its own. */
  read(value: unknown): boolean {
    if (value === this.#text) return value !== undefined;
    if (typeof value !== 'string') return false;
    const { length } = value;
    if (length < this.#min || length > this.#max) return false;
    let hi = 0;
    let lo = 0;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      const digit = code < 58 ? code - 48 : this.#hex && code > 64 ? code - 55 : -1;
      if (digit < 0 || digit > 15) return false;
      const shift = 28 - 4 * (i & 7);
      if (i < 8) hi |= digit << shift;
      else lo |= digit << shift;
    }
    this.hi = hi;
    this.lo = lo;
    this.length = length;
    this.#text = value;
    return true;
  }
}
