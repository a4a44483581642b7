/** Many DES blocks at once, each under a key of its own. */

import type { DesKey } from './des-key.js';
import { desDecryptBlock, desEncryptBlock } from './des-key.js';
import { InputError } from './errors.js';

const block = new Int32Array(2);

/**
 * Enciphers block i (`blocks[2 * i]`, `blocks[2 * i + 1]`: big-endian halves) under `keys[i]`, in
 * place, for the first `count` keys. Nothing is allocated per block.
 * @throws InputError BATCH_LENGTH, KEY_WIPED
 */
export function encryptMany(
  keys: readonly DesKey[],
  blocks: Int32Array,
  count: number = keys.length,
): void {
  requireSizes(keys, blocks, count);
  for (let i = 0; i < count; i++) {
    desEncryptBlock(keys[i]!, blocks[2 * i]!, blocks[2 * i + 1]!, block);
    blocks[2 * i] = block[0]!;
    blocks[2 * i + 1] = block[1]!;
  }
}

/** The inverse of `encryptMany`. @throws InputError BATCH_LENGTH, KEY_WIPED */
export function decryptMany(
  keys: readonly DesKey[],
  blocks: Int32Array,
  count: number = keys.length,
): void {
  requireSizes(keys, blocks, count);
  for (let i = 0; i < count; i++) {
    desDecryptBlock(keys[i]!, blocks[2 * i]!, blocks[2 * i + 1]!, block);
    blocks[2 * i] = block[0]!;
    blocks[2 * i + 1] = block[1]!;
  }
}

function requireSizes(keys: readonly DesKey[], blocks: Int32Array, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > keys.length || 2 * count > blocks.length) {
    throw new InputError('BATCH_LENGTH', 'keys and blocks must hold as many jobs as count says');
  }
}
