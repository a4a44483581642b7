/**
 * Batches over `DesKey` objects, on one `DesBatch` that the process shares. Keys are loaded when
 * first used; when all slots are taken, all are wiped and the keys in use are loaded again.
 */

import { type Direction, LANES } from './bitslice/layout.js';
import { BITSLICE_FROM, DesBatch, requireBatch } from './des-batch.js';
import { type DesKey, desDecryptBlock, desEncryptBlock } from './des-key.js';

const handles = new Int32Array(LANES);
const block = new Int32Array(2);
let shared: DesBatch | undefined;

/** The batch that `encryptMany` and `decryptMany` use; made at first use. */
export function sharedBatch(): DesBatch {
  shared ??= new DesBatch();
  return shared;
}

/**
 * Enciphers block i (`blocks[2 * i]` and `blocks[2 * i + 1]`, big-endian halves) under `keys[i]`,
 * in place, for the first `count` keys. Nothing is allocated per block.
 * @throws InputError BATCH_LENGTH; KEY_WIPED (up to 128 blocks apart, others may be done by then)
 */
export function encryptMany(
  keys: readonly DesKey[],
  blocks: Int32Array,
  count: number = keys.length,
): void {
  requireBatch(keys.length, blocks, count);
  for (let i = runParts('encrypt', keys, blocks, count); i < count; i++) {
    desEncryptBlock(keys[i]!, blocks[2 * i]!, blocks[2 * i + 1]!, block);
    blocks[2 * i] = block[0]!;
    blocks[2 * i + 1] = block[1]!;
  }
}

/** The inverse of `encryptMany`. @throws InputError BATCH_LENGTH, KEY_WIPED (as above) */
export function decryptMany(
  keys: readonly DesKey[],
  blocks: Int32Array,
  count: number = keys.length,
): void {
  requireBatch(keys.length, blocks, count);
  for (let i = runParts('decrypt', keys, blocks, count); i < count; i++) {
    desDecryptBlock(keys[i]!, blocks[2 * i]!, blocks[2 * i + 1]!, block);
    blocks[2 * i] = block[0]!;
    blocks[2 * i + 1] = block[1]!;
  }
}

/** Runs what is worth it in the bit-sliced engine; how many blocks that were. */
function runParts(
  direction: Direction,
  keys: readonly DesKey[],
  blocks: Int32Array,
  count: number,
): number {
  let from = 0;
  while (count - from >= BITSLICE_FROM) {
    const size = Math.min(LANES, count - from);
    if (!sharedBatch().runKeys(direction, keys, { blocks, from, count: size })) break;
    from += size;
  }
  return from;
}

/** Fills `handles` for the keys from `from`, loading those that the shared batch does not hold. */
export function loadHandles(keys: readonly DesKey[], from: number, count: number): Int32Array {
  const batch = sharedBatch();
  for (let i = 0; i < count; i++) {
    const key = keys[from + i]!;
    if (!batch.has(key.sharedHandle)) {
      if (batch.keyCount === batch.capacity) {
        batch.clear();
        return loadHandles(keys, from, count);
      }
      key.sharedHandle = batch.add(key);
    }
    handles[i] = key.sharedHandle;
  }
  return handles;
}
