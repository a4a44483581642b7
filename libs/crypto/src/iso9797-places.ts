/**
 * ISO/IEC 9797-1 MACs of messages that stand in buffers, each under a key of its own: the same lanes
 * as `iso9797MacMany`, with nothing allocated per message.
 */

import { LANES } from './bitslice/layout.js';
import type { DesKey } from './des-key.js';
import { readWord } from './des-key.js';
import { InputError, requireOneOf } from './errors.js';
import { loadHandles, sharedBatch } from './shared-batch.js';

export interface Iso9797Places {
  readonly algorithm: 1 | 3;
  readonly buffers: readonly Uint8Array[];
  /** Message i is buffers[i][from[i], to[i]) and has padding method `paddings[i]` (0 to 2). */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly paddings: Uint8Array;
  readonly keys: readonly DesKey[];
}

const BLOCK = 8;
const states = new Int32Array(2 * LANES);
const tail = new Uint8Array(BLOCK);
const tails = new Int32Array(2 * LANES);
const blocks = new Int32Array(LANES);
const order = new Int32Array(LANES);

/**
 * Writes MAC i, as two words, to macs[2 * i] and macs[2 * i + 1], for the first `count` messages.
 * @throws InputError MAC_ALGORITHM, KEY_LENGTH (single keys with algorithm 3), PADDING_METHOD (3, or
 * a message that method 0 cannot take), KEY_WIPED
 */
export function iso9797MacPlaces(o: Iso9797Places, count: number, macs: Int32Array): void {
  requireOneOf(o.algorithm, { name: 'algorithm', code: 'MAC_ALGORITHM', allowed: [1, 3] });
  for (let at = 0; at < count; at += LANES) chain(o, at, Math.min(LANES, count - at), macs);
}

function chain(o: Iso9797Places, first: number, count: number, macs: Int32Array): void {
  const { algorithm, buffers, from, keys } = o;
  for (let i = 0; i < count; i++) measure(o, first + i, i);
  // The longest first: shorter ones start later, and all end together.
  const lanes = order.subarray(0, count);
  for (let i = 0; i < count; i++) lanes[i] = i;
  if (!alike(count)) lanes.sort((a, b) => blocks[b]! - blocks[a]!);
  const ordered: DesKey[] = [];
  for (const lane of lanes) ordered.push(keys[first + lane]!);
  const handles = loadHandles(ordered, 0, count);
  const batch = sharedBatch();
  const steps = blocks[lanes[0]!]!;
  let active = 0;
  for (let step = 0; step < steps; step++) {
    const left = steps - step;
    while (active < count && blocks[lanes[active]!]! >= left) active++;
    for (let i = 0; i < active; i++) {
      const lane = lanes[i]!;
      const last = left === 1;
      const buffer = buffers[first + lane]!;
      const at = from[first + lane]! + BLOCK * (blocks[lane]! - left);
      states[2 * i]! ^= last ? tails[2 * lane]! : readWord(buffer, at);
      states[2 * i + 1]! ^= last ? tails[2 * lane + 1]! : readWord(buffer, at + 4);
    }
    if (algorithm === 1 || left === 1) batch.encryptMany(handles, states, active);
    else batch.encryptManySingle(handles, states, active);
  }
  for (let i = 0; i < count; i++) {
    const to = 2 * (first + lanes[i]!);
    macs[to] = states[2 * i]!;
    macs[to + 1] = states[2 * i + 1]!;
  }
  states.fill(0);
  tails.fill(0);
  tail.fill(0);
}

/** Number of blocks of a message, and its last one, padded. */
function measure(o: Iso9797Places, index: number, lane: number): void {
  const buffer = o.buffers[index]!;
  const from = o.from[index]!;
  const length = o.to[index]! - from;
  const padding = o.paddings[index]!;
  const rest = length % BLOCK;
  if (padding > 2 || (padding === 0 && (rest > 0 || length === 0))) {
    throw new InputError('PADDING_METHOD', 'padding must be 1 or 2, or 0 for whole blocks');
  }
  if (o.algorithm === 3 && o.keys[index]!.lengthBytes === BLOCK) {
    throw new InputError('KEY_LENGTH', 'algorithm 3 needs DES keys of 16 or 24 bytes');
  }
  const added = padding === 2 || rest > 0 || length === 0;
  const whole = (length - rest) / BLOCK;
  blocks[lane] = added ? whole + 1 : whole;
  const lastAt = from + BLOCK * (blocks[lane]! - 1);
  tail.fill(0);
  for (let i = lastAt; i < o.to[index]!; i++) tail[i - lastAt] = buffer[i]!;
  if (padding === 2) tail[rest] = 0x80;
  tails[2 * lane] = readWord(tail, 0);
  tails[2 * lane + 1] = readWord(tail, 4);
}

function alike(count: number): boolean {
  for (let i = 1; i < count; i++) if (blocks[i] !== blocks[0]) return false;
  return true;
}
