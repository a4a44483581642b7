/** Randomness is passed in: production binds `node:crypto` randomBytes, tests bind a seed. */

import { InputError, isBytes } from './errors.js';

export type RandomBytes = (length: number) => Uint8Array;

/**
 * `length` bytes from the caller's source, checked: a source that returns too little must not
 * end as a short key.
 * @throws InputError RANDOM_SOURCE
 */
export function takeRandom(random: RandomBytes, length: number): Uint8Array {
  const bytes = typeof random === 'function' ? random(length) : undefined;
  if (!isBytes(bytes) || bytes.length !== length) {
    throw new InputError('RANDOM_SOURCE', 'the random source must return as many bytes as asked');
  }
  return bytes;
}
