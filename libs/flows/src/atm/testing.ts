/** Helpers of this folder's specs: a seeded source of bytes. */
import type { RandomBytes } from '@pinfold/crypto';

/** Mulberry32: the same seed gives the same bytes. For tests only. */
export function seededRandom(seed: number): RandomBytes {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 24;
  };
  return (length) => Uint8Array.from({ length }, next);
}
