/**
 * ISO/IEC 9797-1 MACs of many messages at once, each under a key of its own.
 *
 * A CBC chain cannot be cut, so the lanes are the messages: step by step one block of each goes
 * through the batch engine. Messages of like length share a batch and end together: shorter ones
 * start later.
 */

import { LANES } from './bitslice/layout.js';
import { BITSLICE_FROM } from './des-batch.js';
import { type DesKey, readWord, writeWords } from './des-key.js';
import { InputError, requireBytes, requireInteger, requireOneOf } from './errors.js';
import { iso9797Mac } from './iso9797.js';
import { type Iso9797Padding, requirePadding, wholeBlocksOnly } from './iso9797-padding.js';
import { loadHandles, sharedBatch } from './shared-batch.js';

export interface Iso9797Many {
  readonly algorithm: 1 | 3;
  readonly padding: Iso9797Padding;
  /** One key per message: 8, 16 or 24 bytes for algorithm 1, 16 or 24 for algorithm 3. */
  readonly keys: readonly DesKey[];
  readonly messages: readonly Uint8Array[];
  /** 4 to 8 left-most bytes, 8 by default. */
  readonly lengthBytes?: number;
}

/** A message as its blocks, without a copy: a length block, the whole blocks, one padded block. */
interface Lane {
  readonly index: number;
  readonly key: DesKey;
  readonly blocks: number;
  /** Number of whole blocks in `data`, and of the length block before them (0 or 1). */
  readonly whole: number;
  readonly head: 0 | 1;
  readonly bits: number;
  readonly data: DataView;
  /** The padded block at the end, if `blocks` counts one. */
  readonly tailHi: number;
  readonly tailLo: number;
}

const BLOCK = 8;
const states = new Int32Array(2 * LANES);
const words = new Int32Array(2);
const tail = new Uint8Array(BLOCK);

/**
 * The MACs in the order of the messages, equal to `iso9797Mac` of each.
 * @throws InputError BATCH_LENGTH (as many keys as messages), and what `iso9797Mac` throws
 */
export function iso9797MacMany({
  algorithm,
  padding,
  keys,
  messages,
  lengthBytes = BLOCK,
}: Iso9797Many): Uint8Array[] {
  if (keys.length !== messages.length) {
    throw new InputError('BATCH_LENGTH', 'there must be as many keys as messages');
  }
  if (messages.length < BITSLICE_FROM) {
    return messages.map((data, i) =>
      iso9797Mac({ algorithm, padding, key: keys[i]!, data, lengthBytes }),
    );
  }
  requireOneOf(algorithm, { name: 'algorithm', code: 'MAC_ALGORITHM', allowed: [1, 3] });
  const limits = { min: 4, max: BLOCK };
  requireInteger(lengthBytes, { name: 'MAC length in bytes', code: 'MAC_LENGTH', ...limits });
  if (algorithm === 3 && keys.some((key) => key.lengthBytes === BLOCK)) {
    throw new InputError('KEY_LENGTH', 'algorithm 3 needs DES keys of 16 or 24 bytes');
  }
  requirePadding(padding);
  const lanes = messages.map((data, index) => laneOf(data, padding, index, keys[index]!));
  lanes.sort((a, b) => b.blocks - a.blocks);
  const macs = new Array<Uint8Array>(messages.length);
  for (let from = 0; from < lanes.length; from += LANES) {
    const group = lanes.slice(from, from + LANES);
    chain(group, algorithm);
    group.forEach(({ index }, lane) => {
      words[0] = states[2 * lane]!;
      words[1] = states[2 * lane + 1]!;
      const mac = new Uint8Array(BLOCK);
      writeWords(words, mac, 0);
      macs[index] = lengthBytes === BLOCK ? mac : mac.slice(0, lengthBytes);
    });
    states.fill(0);
  }
  words.fill(0);
  tail.fill(0);
  return macs;
}

function laneOf(message: Uint8Array, padding: Iso9797Padding, index: number, key: DesKey): Lane {
  requireBytes(message, 'message');
  const { length } = message;
  const rest = length % BLOCK;
  if (padding === 0 && (length === 0 || rest > 0)) throw wholeBlocksOnly();
  const whole = (length - rest) / BLOCK;
  const head = padding === 3 ? 1 : 0;
  const padded = padding === 2 || rest > 0 || length === 0 ? 1 : 0;
  tail.fill(0);
  for (let i = 0; i < rest; i++) tail[i] = message[length - rest + i]!;
  if (padding === 2) tail[rest] = 0x80;
  return {
    index,
    key,
    blocks: head + whole + padded,
    whole,
    head,
    bits: 8 * length,
    data: new DataView(message.buffer, message.byteOffset, length),
    tailHi: readWord(tail, 0),
    tailLo: readWord(tail, 4),
  };
}

/**
 * Leaves the MAC of each lane in `states`; the longest lane comes first. With algorithm 3 all blocks
 * but the last are single DES, and the last one with the output transformation is triple DES.
 */
function chain(group: readonly Lane[], algorithm: 1 | 3): void {
  const batch = sharedBatch();
  const handles = loadHandles(
    group.map(({ key }) => key),
    0,
    group.length,
  );
  const steps = group[0]!.blocks;
  let active = 0;
  for (let step = 0; step < steps; step++) {
    const remaining = steps - step;
    while (active < group.length && group[active]!.blocks >= remaining) active++;
    for (let i = 0; i < active; i++) {
      const lane = group[i]!;
      const block = lane.blocks - remaining - lane.head;
      if (block < 0) {
        states[2 * i]! ^= Math.floor(lane.bits / 2 ** 32);
        states[2 * i + 1]! ^= lane.bits;
      } else if (block < lane.whole) {
        states[2 * i]! ^= lane.data.getInt32(BLOCK * block);
        states[2 * i + 1]! ^= lane.data.getInt32(BLOCK * block + 4);
      } else {
        states[2 * i]! ^= lane.tailHi;
        states[2 * i + 1]! ^= lane.tailLo;
      }
    }
    if (algorithm === 1 || step === steps - 1) batch.encryptMany(handles, states, active);
    else batch.encryptManySingle(handles, states, active);
  }
}
