/** What both forms of the integer engine look up: S-boxes joined to P, and the key schedule's choices. */

import { P, PC1, PC2, sBox } from '../des-tables.js';

export const HALF_BITS = 28;
/** Bits of a rotated half that one look-up takes: four look-ups a half. */
const GROUP_BITS = 7;
const GROUP = 1 << GROUP_BITS;

/** For S-box 0 to 7 P(S(box, input)) of all inputs, rotated right by one as the halves are between the rounds. */
export const S_BOX_WORDS: readonly Int32Array[] = Array.from({ length: 8 }, (_, box) => {
  const table = new Int32Array(64);
  for (let input = 0; input < 64; input++) {
    const nibble = sBox(box, input);
    let word = 0;
    for (let bit = 0; bit < 32; bit++) {
      const source = P[bit]! - 1;
      if (source >> 2 === box && (nibble >> (3 - (source & 3))) & 1) word |= 1 << (31 - bit);
    }
    table[input] = (word >>> 1) | (word << 31);
  }
  return table;
});

/** Where PC-1 puts the 16 values of key nibble n: entry 32 n + 2 v for half C, the next for D. */
export const HALVES: Int32Array = (() => {
  const table = new Int32Array(16 * 32);
  PC1.forEach((keyBit, i) => {
    const bit = keyBit - 1;
    const half = i < HALF_BITS ? 0 : 1;
    for (let value = 0; value < 16; value++) {
      if ((value >> (3 - (bit & 3))) & 1) {
        table[32 * (bit >> 2) + 2 * value + half]! |= 1 << (HALF_BITS - 1 - (i % HALF_BITS));
      }
    }
  });
  return table;
})();

/**
 * What the seven bits of a group add to a round key: entry 128 g + value, groups 0 to 3 of half C,
 * 4 to 7 of D. Half C makes the left 16 bits of both words, D the right ones; an entry has those of
 * the even S-boxes (by index) in its left half and those of the odd ones in its right half.
 */
export const CHOICES: Int32Array = (() => {
  const table = new Int32Array(8 * GROUP);
  PC2.forEach((position, bit) => {
    const box = Math.floor(bit / 6);
    const group = Math.floor((position - 1) / GROUP_BITS);
    const mask = GROUP >> (1 + ((position - 1) % GROUP_BITS));
    const shift = (31 - 8 * (box >> 1) - (bit % 6)) % 16;
    const to = box % 2 === 0 ? 16 + shift : shift;
    for (let value = 0; value < GROUP; value++) {
      if (value & mask) table[GROUP * group + value]! |= 1 << to;
    }
  });
  return table;
})();
