/** Repeatable bytes for laboratories: SHA-256 of a seed and a counter. Never for keys that matter. */
import { createHash } from 'node:crypto';
import type { RandomBytes } from '@pinfold/crypto';

export function seededRandom(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed}/${counter}`).digest();
      counter += 1;
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}
