/**
 * Key schedules for the integer engine: two words a round, laid out as `desBlock` reads them.
 * FIPS 46-3, and SP 800-67 for triple DES (K1 K2 K1 when the key has two parts).
 */

import { KEY_BITS } from './des-tables.js';

const WORDS_PER_PASS = 32;

/**
 * Where each of the 48 bits of a round key goes: even S-boxes (by index) to the first word, odd ones
 * to the second, which is rotated right by four because those boxes read the half unrotated.
 */
const BIT_SHIFTS: readonly number[] = Array.from({ length: 48 }, (_, bit) => {
  const box = Math.floor(bit / 6);
  const shift = 31 - 8 * (box >> 1) - (bit % 6);
  return box % 2 === 0 ? shift : (shift + 28) % 32;
});

/** CONTRIBUTIONS[((byte * 2 + half) * 16 + nibble) * 32 + w]: what a key nibble adds to word w. */
const CONTRIBUTIONS: Int32Array = (() => {
  const table = new Int32Array(16 * 16 * WORDS_PER_PASS);
  for (let round = 0; round < 16; round++) {
    for (let bit = 0; bit < 48; bit++) {
      const keyBit = KEY_BITS[round]![bit]!;
      const word = 2 * round + (Math.floor(bit / 6) & 1);
      for (let nibble = 0; nibble < 16; nibble++) {
        if ((nibble >> (3 - (keyBit & 3))) & 1) {
          table[((keyBit >> 2) * 16 + nibble) * WORDS_PER_PASS + word]! |= 1 << BIT_SHIFTS[bit]!;
        }
      }
    }
  }
  return table;
})();

/**
 * Schedule of a key of 8, 16 or 24 bytes: 32 words for single DES, 96 for triple DES.
 * The first 32 words of an encryption schedule are single DES under K1 (the retail MAC uses that).
 */
export function encryptionSchedule(key: Uint8Array): Int32Array {
  const out = new Int32Array(key.length === 8 ? WORDS_PER_PASS : 3 * WORDS_PER_PASS);
  pass(out, 0, key, 0, FORWARDS);
  if (key.length === 8) return out;
  pass(out, WORDS_PER_PASS, key, 8, BACKWARDS);
  if (key.length === 24) pass(out, 2 * WORDS_PER_PASS, key, 16, FORWARDS);
  else out.copyWithin(2 * WORDS_PER_PASS, 0, WORDS_PER_PASS);
  return out;
}

/** The rounds of an encryption schedule backwards: decryption. */
export function decryptionSchedule(encryption: Int32Array): Int32Array {
  const { length } = encryption;
  const out = new Int32Array(length);
  for (let i = 0; i < length; i += 2) {
    out[i] = encryption[length - 2 - i]!;
    out[i + 1] = encryption[length - 1 - i]!;
  }
  return out;
}

/** What a word's index is XORed with: nothing, or all but the bit that tells the words of a round. */
const FORWARDS = 0;
const BACKWARDS = WORDS_PER_PASS - 2;

/** The round keys of the 8 bytes of `key` from `from`, into `out` from word `at`. */
function pass(out: Int32Array, at: number, key: Uint8Array, from: number, order: number): void {
  const t = CONTRIBUTIONS;
  const row = (nibble: number): number => {
    const byte = key[from + (nibble >> 1)]!;
    return (nibble * 16 + (nibble & 1 ? byte & 15 : byte >> 4)) * WORDS_PER_PASS;
  };
  const [a, b, c, d] = [row(0), row(1), row(2), row(3)];
  const [e, f, g, h] = [row(4), row(5), row(6), row(7)];
  const [i, j, k, l] = [row(8), row(9), row(10), row(11)];
  const [m, n, o, p] = [row(12), row(13), row(14), row(15)];
  for (let w = 0; w < WORDS_PER_PASS; w++) {
    out[at + (w ^ order)] =
      t[a + w]! |
      t[b + w]! |
      t[c + w]! |
      t[d + w]! |
      t[e + w]! |
      t[f + w]! |
      t[g + w]! |
      t[h + w]! |
      t[i + w]! |
      t[j + w]! |
      t[k + w]! |
      t[l + w]! |
      t[m + w]! |
      t[n + w]! |
      t[o + w]! |
      t[p + w]!;
  }
}
