/**
 * Memory of the bit-sliced engine: where blocks, keys and wiring are, and what the wiring says.
 *
 * Blocks and keys are pairs of native 32-bit integers (most significant half first), so bit n of
 * FIPS 46-3, counted from 0, is bit `laneBit(n)` of the little-endian 64-bit lane.
 */

import { KEY_BITS } from '../des-tables.js';

export const LANES = 128;
/** Bytes of a key: K1 K2 K3. */
export const KEY_BYTES = 24;

export const ROUNDS = 16;
export const ROUND_KEY_BITS = 48;
/** Bytes of 64 vectors. */
export const MATRIX = 1024;
const WIRING_BYTES = 2 * 3 * ROUNDS * ROUND_KEY_BITS;

/** Byte addresses in the module's memory. What lies below `wirings` is wiped after every batch. */
export const LAYOUT = {
  /** 128 blocks: where a batch is put, and where its answer is. */
  data: 0,
  keyMatrices: MATRIX,
  left: 4 * MATRIX,
  right: 4 * MATRIX + 512,
  /** 128 addresses of keys. */
  keyAddresses: 5 * MATRIX,
  wirings: 5 * MATRIX + 4 * LANES,
  keys: 24 * MATRIX,
} as const;

export type Direction = 'encrypt' | 'decrypt';

/** Address of the wiring for a direction, and whether the third key part is the first again. */
export function wiringAddress(direction: Direction, keyParts: 2 | 3): number {
  return LAYOUT.wirings + WIRING_BYTES * ((direction === 'encrypt' ? 0 : 2) + keyParts - 2);
}

/**
 * For each of 48 rounds and 48 bits the offset of the key vector from the first key matrix.
 * Encryption is K1 forwards, K2 backwards, K3 forwards; decryption is all of it backwards.
 */
export function wiring(direction: Direction, keyParts: 2 | 3): Uint16Array {
  const out = new Uint16Array(3 * ROUNDS * ROUND_KEY_BITS);
  for (let step = 0; step < 3 * ROUNDS; step++) {
    const at = direction === 'encrypt' ? step : 3 * ROUNDS - 1 - step;
    const pass = Math.floor(at / ROUNDS);
    const round = pass === 1 ? ROUNDS - 1 - (at % ROUNDS) : at % ROUNDS;
    const matrix = MATRIX * (pass % keyParts);
    for (let bit = 0; bit < ROUND_KEY_BITS; bit++) {
      out[step * ROUND_KEY_BITS + bit] = matrix + 16 * laneBit(KEY_BITS[round]![bit]!);
    }
  }
  return out;
}

/** Where a bit (0 = most significant) of a block or key is in its lane. */
export function laneBit(bit: number): number {
  return 32 * (bit >> 5) + 31 - (bit & 31);
}
