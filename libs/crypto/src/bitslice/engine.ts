/**
 * The bit-sliced module with its memory: key slots, job slots, one batch at a time.
 * It owns its views; nothing outside writes to the memory, which never grows.
 */

import {
  type BitsliceExports,
  emitModule,
  JOB_BYTES,
  KEY_BYTES,
  LANES,
  LAYOUT,
  wiring,
} from './module.js';
import { webAssembly } from './webassembly.js';

const PAGE_BYTES = 65_536;
const JOB_WORDS = JOB_BYTES / 4;
const KEY_WORDS = KEY_BYTES / 4;
const FIRST_JOB = LAYOUT.jobs / 4;

/** A module with one vector instruction: valid where SIMD is there. */
const SIMD_PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);

/** Whether this machine runs the engine: SIMD in WebAssembly, little-endian integers. */
export function bitsliceSupported(): boolean {
  const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
  return littleEndian && webAssembly?.validate(SIMD_PROBE) === true;
}

export class BitsliceEngine {
  readonly #words: Int32Array;
  readonly #crypt: BitsliceExports['crypt'];

  /** `capacity`: number of key slots. Only where `bitsliceSupported()`. */
  constructor(capacity: number) {
    const pages = Math.ceil((LAYOUT.keys + KEY_BYTES * capacity) / PAGE_BYTES);
    const { Instance, Module } = webAssembly!;
    const instance = new Instance(new Module(emitModule(pages)));
    const exports = instance.exports as BitsliceExports;
    const memory = exports.memory.buffer;
    this.#words = new Int32Array(memory);
    this.#crypt = exports.crypt;
    const encrypt = wiring('encrypt');
    new Uint16Array(memory, LAYOUT.wiring, encrypt.length).set(encrypt);
    new Uint16Array(memory, LAYOUT.decryptWiring, encrypt.length).set(wiring('decrypt'));
  }

  /** Copies a key of 8, 16 or 24 bytes into a slot, as K1 K2 K3. */
  setKey(slot: number, key: Uint8Array): void {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    for (let w = 0; w < KEY_WORDS; w++) this.#words[at + w] = view.getInt32((4 * w) % key.length);
  }

  clearKey(slot: number): void {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    this.#words.fill(0, at, at + KEY_WORDS);
  }

  /**
   * Runs jobs `from` to `from + count` (1 to 128 of them) in place: block i is `blocks[2 * i]`,
   * `blocks[2 * i + 1]`, its key slot `handles[i] & slotMask`. Afterwards no job, block or
   * transposed key is left in the memory.
   */
  run(batch: {
    readonly handles: Int32Array;
    readonly slotMask: number;
    readonly blocks: Int32Array;
    readonly from: number;
    readonly count: number;
    readonly direction: 'encrypt' | 'decrypt';
    readonly passes: 1 | 3;
  }): void {
    const { handles, slotMask, blocks, from, count } = batch;
    const words = this.#words;
    for (let i = 0; i < count; i++) {
      const at = FIRST_JOB + JOB_WORDS * i;
      words[at] = LAYOUT.keys + KEY_BYTES * (handles[from + i]! & slotMask);
      words[at + 2] = blocks[2 * (from + i)]!;
      words[at + 3] = blocks[2 * (from + i) + 1]!;
    }
    const wires = batch.direction === 'encrypt' ? LAYOUT.wiring : LAYOUT.decryptWiring;
    this.#crypt(count, wires, batch.passes);
    for (let i = 0; i < count; i++) {
      const at = FIRST_JOB + JOB_WORDS * i;
      blocks[2 * (from + i)] = words[at + 2]!;
      blocks[2 * (from + i) + 1] = words[at + 3]!;
    }
    words.fill(0, 0, LAYOUT.wiring / 4);
    words.fill(0, FIRST_JOB, FIRST_JOB + JOB_WORDS * count);
  }

  /** Whether only the wiring and the keys differ from zero: for the tests and self-tests. */
  isWiped(): boolean {
    const zero = (from: number, to: number): boolean =>
      this.#words.subarray(from / 4, to / 4).every((word) => word === 0);
    return zero(0, LAYOUT.wiring) && zero(LAYOUT.jobs, LAYOUT.jobs + LANES * JOB_BYTES);
  }

  /** Whether a slot holds nothing. */
  isClear(slot: number): boolean {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    return this.#words.subarray(at, at + KEY_WORDS).every((word) => word === 0);
  }
}
