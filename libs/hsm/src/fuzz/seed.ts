/** Numbers and bytes from a seed: xorshift32 for choices, SHA-256 in counter mode for keys. */
import { createHash } from 'node:crypto';
import type { RandomBytes } from '@pinfold/crypto';
import type { Dice } from './generate.js';

export function diceOf(seed: number): Dice {
  let state = (seed ^ 0x9e3779b9) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function randomOf(seed: number): RandomBytes {
  let counter = 0;
  let block = new Uint8Array(0);
  let used = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      if (used === block.length) {
        block = Uint8Array.from(createHash('sha256').update(`${seed}/${counter++}`).digest());
        used = 0;
      }
      out[i] = block[used++]!;
    }
    return out;
  };
}
