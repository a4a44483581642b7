/**
 * Key components: full-length parts whose XOR is the key (ANSI X9.24-1, PCI PIN requirement 6).
 * All are needed; any fewer say nothing about the key. Parity is the caller's business.
 */

import { wipe } from './bytes.js';
import { InputError, requireBytes, requireInteger } from './errors.js';
import { type RandomBytes, takeRandom } from './random.js';

export const MAX_COMPONENTS = 9;

/**
 * `count` (2 to 9) components of `key`, all but the last one random.
 * @throws InputError BYTES_EXPECTED, KEY_LENGTH (empty), COMPONENT_COUNT, RANDOM_SOURCE
 */
export function splitComponents(key: Uint8Array, count: number, random: RandomBytes): Uint8Array[] {
  requireBytes(key, 'key');
  if (key.length === 0) throw new InputError('KEY_LENGTH', 'a key must not be empty');
  requireCount(count);
  const parts: Uint8Array[] = [];
  const last = new Uint8Array(key);
  for (let i = 1; i < count; i++) {
    const part = new Uint8Array(takeRandom(random, key.length));
    for (let j = 0; j < last.length; j++) last[j]! ^= part[j]!;
    parts.push(part);
  }
  return [...parts, last];
}

/**
 * The XOR of 2 to 9 components of one length. Equal components cancel: a ceremony refuses them.
 * @throws InputError BYTES_EXPECTED, COMPONENT_COUNT, KEY_LENGTH (empty), LENGTHS_DIFFER
 */
export function combineComponents(parts: readonly Uint8Array[]): Uint8Array {
  requireCount(parts.length);
  const [first] = parts;
  requireBytes(first, 'component');
  if (first.length === 0) throw new InputError('KEY_LENGTH', 'a component must not be empty');
  const key = new Uint8Array(first.length);
  for (const part of parts) {
    requireBytes(part, 'component');
    if (part.length !== key.length) {
      wipe(key);
      throw new InputError('LENGTHS_DIFFER', 'all components must have the same length');
    }
    for (let i = 0; i < key.length; i++) key[i]! ^= part[i]!;
  }
  return key;
}

function requireCount(count: number): void {
  const limits = { min: 2, max: MAX_COMPONENTS };
  requireInteger(count, { name: 'number of components', code: 'COMPONENT_COUNT', ...limits });
}
