/**
 * Many DES blocks at once, each under a key of its own: one interface over two engines.
 *
 * The bit-sliced engine takes about 4 microseconds for 1 to 128 blocks, the integer engine about
 * 0.3 per block; so small batches and small rests go to the second. In constant-time mode
 * everything goes to the first.
 */

import { BitsliceEngine, bitsliceSupported, slotAddress } from './bitslice/engine.js';
import { type Direction, LANES } from './bitslice/layout.js';
import type { DesKey } from './des-key.js';
import { InputError, requireInteger, requireOneOf } from './errors.js';
import { PASS_BYTES } from './integer/layout.js';
import { cryptBlock } from './integer/schedules.js';

/** `auto`: the faster one for each batch. `constant-time`: always bit-sliced. `scalar`: never. */
export const BATCH_ENGINES = ['auto', 'constant-time', 'scalar'] as const;
export type BatchEngine = (typeof BATCH_ENGINES)[number];

/** A key that a batch holds; it stops being valid when the key is removed or wiped. */
export type KeyHandle = number;

export interface DesBatchOptions {
  /** Keys held at once: a power of two up to 65,536; 4,096 by default. */
  readonly capacity?: number;
  readonly engine?: BatchEngine;
}

/** From this many blocks on the bit-sliced engine is the faster one (measured). */
export const BITSLICE_FROM = 20;

const DEFAULT_CAPACITY = 4096;
const MAX_CAPACITY = 65_536;
const scratch = new Int32Array(2);

interface Slot {
  readonly key: DesKey;
  readonly forget: () => void;
}

export class DesBatch {
  readonly capacity: number;
  readonly #engine: BitsliceEngine | undefined;
  readonly #bitsliceFrom: number;
  readonly #mask: number;
  readonly #slots: (Slot | undefined)[] = [];
  /** The valid handle of each slot; a free one has its neighbour's number, which no handle equals. */
  readonly #handles: Int32Array;
  readonly #generations: Int32Array;
  /** Free slots, the next one last. */
  readonly #free: Int32Array;
  #freeCount: number;

  /** @throws InputError CAPACITY_INVALID, ENGINE_UNKNOWN, ENGINE_UNSUPPORTED (constant-time only) */
  constructor({ capacity = DEFAULT_CAPACITY, engine = 'auto' }: DesBatchOptions = {}) {
    const limits = { min: LANES, max: MAX_CAPACITY };
    requireInteger(capacity, { name: 'capacity', code: 'CAPACITY_INVALID', ...limits });
    if ((capacity & (capacity - 1)) !== 0) {
      throw new InputError('CAPACITY_INVALID', 'capacity must be a power of two');
    }
    requireOneOf(engine, { name: 'engine', code: 'ENGINE_UNKNOWN', allowed: BATCH_ENGINES });
    const bitslice = engine !== 'scalar' && bitsliceSupported();
    if (engine === 'constant-time' && !bitslice) {
      throw new InputError('ENGINE_UNSUPPORTED', 'the constant-time engine needs WebAssembly SIMD');
    }
    this.#engine = bitslice ? new BitsliceEngine(capacity) : undefined;
    this.#bitsliceFrom = engine === 'constant-time' ? 1 : BITSLICE_FROM;
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#handles = Int32Array.from({ length: capacity }, (_, slot) => slot ^ 1);
    this.#generations = new Int32Array(capacity);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  /** Whether the bit-sliced engine is in use. */
  get bitsliced(): boolean {
    return this.#engine !== undefined;
  }

  get keyCount(): number {
    return this.capacity - this.#freeCount;
  }

  /** Holds a key until `remove` or the key's `wipe`. @throws InputError BATCH_FULL, KEY_WIPED */
  add(key: DesKey): KeyHandle {
    if (this.#freeCount === 0) {
      throw new InputError('BATCH_FULL', `a batch holds at most ${this.capacity} keys`);
    }
    const bytes = key.exposeBytes();
    this.#freeCount--;
    const slot = this.#free[this.#freeCount]!;
    const limit = 0x7fffffff / this.capacity;
    const generation = this.#generations[slot]! + 1 < limit ? this.#generations[slot]! + 1 : 1;
    const handle = generation * this.capacity + slot;
    this.#engine?.setKey(slot, bytes);
    this.#generations[slot] = generation;
    this.#handles[slot] = handle;
    this.#slots[slot] = { key, forget: key.onWipe(() => this.remove(handle)) };
    return handle;
  }

  has(handle: KeyHandle): boolean {
    return this.#handles[handle & this.#mask] === handle;
  }

  /** Overwrites the slot; a handle that is no longer valid is passed over. */
  remove(handle: KeyHandle): void {
    if (!this.has(handle)) return;
    const slot = handle & this.#mask;
    this.#slots[slot]!.forget();
    this.#slots[slot] = undefined;
    this.#handles[slot] = slot ^ 1;
    this.#engine?.clearKey(slot);
    this.#free[this.#freeCount] = slot;
    this.#freeCount++;
  }

  /** Removes every key. */
  clear(): void {
    for (const handle of this.#handles) this.remove(handle);
  }

  /**
   * Enciphers block i (`blocks[2 * i]` and `blocks[2 * i + 1]`, big-endian halves) under the key of
   * `handles[i]`, in place, for the first `count` handles. Nothing is allocated per block. When it
   * throws, the blocks are as they were.
   * @throws InputError BATCH_LENGTH, HANDLE_INVALID
   */
  encryptMany(handles: Int32Array, blocks: Int32Array, count: number = handles.length): void {
    this.#run('encrypt', 3, handles, blocks, count);
  }

  /** The inverse of `encryptMany`. @throws InputError BATCH_LENGTH, HANDLE_INVALID */
  decryptMany(handles: Int32Array, blocks: Int32Array, count: number = handles.length): void {
    this.#run('decrypt', 3, handles, blocks, count);
  }

  /** As `encryptMany`, single DES under K1 only. @throws InputError BATCH_LENGTH, HANDLE_INVALID */
  encryptManySingle(handles: Int32Array, blocks: Int32Array, count: number = handles.length): void {
    this.#run('encrypt', 1, handles, blocks, count);
  }

  /**
   * @internal For the shared batch: runs blocks `from` to `from + count` (at most 128) under `keys[i]` in
   * the bit-sliced engine; false where there is no such engine. @throws InputError KEY_WIPED
   */
  runKeys(
    direction: Direction,
    keys: readonly DesKey[],
    { blocks, from, count }: { blocks: Int32Array; from: number; count: number },
  ): boolean {
    const engine = this.#engine;
    if (engine === undefined) return false;
    const { keyAddresses, thirdPart } = engine;
    const valid = this.#handles;
    const mask = this.#mask;
    let third = 0;
    let lane = 0;
    for (; lane < count; lane++) {
      const handle = keys[from + lane]!.sharedHandle;
      const slot = handle & mask;
      if (valid[slot] !== handle) break;
      keyAddresses[lane] = slotAddress(slot);
      third |= thirdPart[slot]!;
    }
    if (lane < count) {
      this.#load(keys, from, count);
      return this.runKeys(direction, keys, { blocks, from, count });
    }
    engine.crypt({ blocks, from, count, direction, passes: 3, third });
    return true;
  }

  /** Loads the keys that are not there; when the slots do not suffice, all are emptied first. */
  #load(keys: readonly DesKey[], from: number, count: number): void {
    this.#engine!.wipe();
    for (let i = from; i < from + count; i++) {
      const key = keys[i]!;
      if (this.has(key.sharedHandle)) continue;
      if (this.#freeCount === 0) {
        this.clear();
        this.#load(keys, from, count);
        return;
      }
      key.sharedHandle = this.add(key);
    }
  }

  #run(
    direction: Direction,
    passes: 1 | 3,
    handles: Int32Array,
    blocks: Int32Array,
    count: number,
  ): void {
    requireBatch(handles.length, blocks, count);
    const valid = this.#handles;
    const slotMask = this.#mask;
    let from = 0;
    if (count > LANES || !this.#engine || count < this.#bitsliceFrom)
      this.#requireValid(handles, count);
    while (this.#engine && count - from >= this.#bitsliceFrom) {
      const size = Math.min(LANES, count - from);
      const part = { handles, valid, slotMask, blocks, from, count: size, direction, passes };
      if (!this.#engine.run(part)) throw invalidHandle();
      from += size;
    }
    for (let i = from; i < count; i++) this.#runScalar(direction, passes, handles[i]!, blocks, i);
  }

  /** The check that the engine makes for one part, made for all before the first is changed. */
  #requireValid(handles: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) if (!this.has(handles[i]!)) throw invalidHandle();
  }

  #runScalar(
    direction: Direction,
    passes: 1 | 3,
    handle: KeyHandle,
    blocks: Int32Array,
    i: number,
  ): void {
    const { key } = this.#slots[handle & this.#mask]!;
    const at = direction === 'encrypt' ? key.encryptionSchedule() : key.decryptionSchedule();
    const end = at + (passes === 1 ? PASS_BYTES : key.scheduleBytes);
    cryptBlock(at, end, blocks[2 * i]!, blocks[2 * i + 1]!, scratch);
    blocks[2 * i] = scratch[0]!;
    blocks[2 * i + 1] = scratch[1]!;
  }

  /** For the tests and self-tests: no block, job or transposed key is left in the engine. */
  isWiped(): boolean {
    return this.#engine?.isWiped() ?? true;
  }
}

function invalidHandle(): InputError {
  return new InputError('HANDLE_INVALID', 'every handle must be of a key that the batch holds');
}

/** @throws InputError BATCH_LENGTH unless `count` jobs fit both arrays. */
export function requireBatch(keys: number, blocks: Int32Array, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > keys || 2 * count > blocks.length) {
    throw new InputError('BATCH_LENGTH', 'keys and blocks must hold as many jobs as count says');
  }
}
