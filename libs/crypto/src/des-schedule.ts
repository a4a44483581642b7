/**
 * Key schedules for the integer engine: two words a round, laid out as `desBlock` reads them.
 * FIPS 46-3, and SP 800-67 for triple DES (K1 K2 K1 when the key has two parts).
 *
 * The memory of schedules that are given back is wiped and used again: a device whose keys come and
 * go would otherwise spend more on allocating schedules than on making them.
 */

import { PC1, PC2, SHIFTS } from './des-tables.js';

const WORDS_PER_PASS = 32;
const TRIPLE_WORDS = 3 * WORDS_PER_PASS;
const HALF_BITS = 28;
const HALF_MASK = (1 << HALF_BITS) - 1;
/** Bits of a rotated half that one look-up takes: four look-ups a half. */
const GROUP_BITS = 7;
const GROUP = 1 << GROUP_BITS;
const ROTATIONS = Uint8Array.from(SHIFTS);

/** Where PC-1 puts the 16 values of key nibble n: entry 32 n + 2 v for half C, the next for D. */
const HALVES: Int32Array = (() => {
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
const CHOICES: Int32Array = (() => {
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

/**
 * Schedule of a key of 8, 16 or 24 bytes: 32 words for single DES, 96 for triple DES.
 * The first 32 words of an encryption schedule are single DES under K1 (the retail MAC uses that).
 */
export function encryptionSchedule(key: Uint8Array): Int32Array {
  return schedule(key, 0, FORWARDS);
}

/** The rounds of the encryption schedule backwards: decryption. */
export function decryptionSchedule(key: Uint8Array): Int32Array {
  return schedule(key, key.length === 24 ? 16 : 0, BACKWARDS);
}

/** Schedules of triple DES that wait to be used again: 384 KB. */
const MAX_SPARE = 1024;
const spare: Int32Array[] = [];

/** Overwrites a schedule that nobody looks at any more; its memory may serve another key. */
export function releaseSchedule(used: Int32Array): void {
  used.fill(0);
  if (used.length === TRIPLE_WORDS && spare.length < MAX_SPARE) spare.push(used);
}

/** What a word's index is XORed with: nothing, or all but the bit that tells the words of a round. */
const FORWARDS = 0;
const BACKWARDS = WORDS_PER_PASS - 2;

/** The first pass takes the key part at byte `first`, in rounds of that order, the second the other order. */
function schedule(key: Uint8Array, first: number, order: number): Int32Array {
  const { length } = key;
  if (length === 8) {
    const out = new Int32Array(WORDS_PER_PASS);
    pass(out, 0, key, 0, order);
    return out;
  }
  const out = spare.pop() ?? new Int32Array(TRIPLE_WORDS);
  pass(out, 0, key, first, order);
  pass(out, WORDS_PER_PASS, key, 8, order ^ BACKWARDS);
  if (length === 24) pass(out, 2 * WORDS_PER_PASS, key, 16 - first, order);
  else out.copyWithin(2 * WORDS_PER_PASS, 0, WORDS_PER_PASS);
  return out;
}

/** The round keys of the 8 bytes of `key` from `from`, into `out` from word `at`. */
function pass(out: Int32Array, at: number, key: Uint8Array, from: number, order: number): void {
  let c = 0;
  let d = 0;
  for (let i = 0; i < 8; i++) {
    const byte = key[from + i]!;
    const left = 64 * i + 2 * (byte >>> 4);
    const right = 64 * i + 32 + 2 * (byte & 15);
    c |= HALVES[left]! | HALVES[right]!;
    d |= HALVES[left + 1]! | HALVES[right + 1]!;
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
    const to = at + ((2 * round) ^ order);
    out[to] = (left & 0xffff0000) | (right >>> 16);
    // Odd S-boxes read the half unrotated, so their word is rotated right by four.
    out[to + 1] = (odd >>> 4) | (odd << 28);
  }
}
