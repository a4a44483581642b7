/**
 * The round keys of one DES key in TypeScript: two words a round, laid out as `desBlock` reads them.
 * FIPS 46-3. The integer engine takes it where there is no WebAssembly.
 */

import { SHIFTS } from './des-tables.js';
import { CHOICES, HALF_BITS, HALVES } from './integer/tables.js';

const HALF_MASK = (1 << HALF_BITS) - 1;
const GROUP = 128;
const ROTATIONS = Uint8Array.from(SHIFTS);

/** Writes the sixteen round keys of the eight bytes `hi`, `lo` into `out` from word `to` on, `step` (2 or -2) words apart. */
export function desSchedule(
  out: Int32Array,
  { to, step }: { to: number; step: number },
  hi: number,
  lo: number,
): void {
  let c = 0;
  let d = 0;
  for (let nibble = 0; nibble < 16; nibble++) {
    const value = ((nibble < 8 ? hi : lo) >>> (28 - 4 * (nibble & 7))) & 15;
    c |= HALVES[32 * nibble + 2 * value]!;
    d |= HALVES[32 * nibble + 2 * value + 1]!;
  }
  for (let round = 0; round < 16; round++) {
    const by = ROTATIONS[round]!;
    c = ((c << by) | (c >>> (HALF_BITS - by))) & HALF_MASK;
    d = ((d << by) | (d >>> (HALF_BITS - by))) & HALF_MASK;
    const left =
      CHOICES[c >>> 21]! |
      CHOICES[GROUP + ((c >>> 14) & 127)]! |
      CHOICES[2 * GROUP + ((c >>> 7) & 127)]! |
      CHOICES[3 * GROUP + (c & 127)]!;
    const right =
      CHOICES[4 * GROUP + (d >>> 21)]! |
      CHOICES[5 * GROUP + ((d >>> 14) & 127)]! |
      CHOICES[6 * GROUP + ((d >>> 7) & 127)]! |
      CHOICES[7 * GROUP + (d & 127)]!;
    const odd = (left << 16) | (right & 0xffff);
    const at = to + step * round;
    out[at] = (left & 0xffff0000) | (right >>> 16);
    // Odd S-boxes read the half unrotated, so their word is rotated right by four.
    out[at + 1] = (odd >>> 4) | (odd << 28);
  }
}
