/**
 * The bit-sliced module with its memory: key slots, job slots, one batch at a time.
 * It owns its views; nothing outside writes to the memory, which never grows.
 */

import { type Direction, KEY_BYTES, LANES, LAYOUT, wiring, wiringAddress } from './layout.js';
import { type BitsliceExports, emitModule } from './module.js';
import { webAssembly } from './webassembly.js';

const PAGE_BYTES = 65_536;
const KEY_WORDS = KEY_BYTES / 4;
/** Layout in locals of this file: in the loop over jobs a property costs a nanosecond. */
const FIRST_ADDRESS = LAYOUT.keyAddresses / 4;
const FIRST_KEY = LAYOUT.keys;
const WORDS_TO_WIPE = LAYOUT.wirings / 4;
const SLOT_BYTES = KEY_BYTES;

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

/** Where the key of a slot is. */
export function slotAddress(slot: number): number {
  return FIRST_KEY + SLOT_BYTES * slot;
}

export interface EngineBatch {
  /** `handles[from + i] & slotMask` is the key slot of a job, if `valid` of that slot is the handle. */
  readonly handles: Int32Array;
  readonly valid: Int32Array;
  readonly slotMask: number;
  /** Two words a block, changed in place. */
  readonly blocks: Int32Array;
  readonly from: number;
  /** 1 to 128. */
  readonly count: number;
  readonly direction: Direction;
  /** 3: triple DES. 1: its first pass alone, single DES under K1 (encryption only). */
  readonly passes: 1 | 3;
}

export class BitsliceEngine {
  readonly #words: Int32Array;
  /** The data of all lanes. */
  readonly #answers: Int32Array;
  readonly #crypt: BitsliceExports['crypt'];
  /** The address of each lane's key, see `slotAddress`. */
  readonly keyAddresses: Int32Array;
  /** 3 for a slot whose third key part is its own, else 0. */
  readonly thirdPart: Uint8Array;

  /** `capacity`: number of key slots. Only where `bitsliceSupported()`. */
  constructor(capacity: number) {
    const pages = Math.ceil((LAYOUT.keys + KEY_BYTES * capacity) / PAGE_BYTES);
    const { Instance, Module } = webAssembly!;
    const instance = new Instance(new Module(emitModule(pages)));
    const exports = instance.exports as BitsliceExports;
    const memory = exports.memory.buffer;
    this.#words = new Int32Array(memory);
    this.#answers = this.#words.subarray(0, 2 * LANES);
    this.keyAddresses = this.#words.subarray(FIRST_ADDRESS, FIRST_ADDRESS + LANES);
    this.#crypt = exports.crypt;
    this.thirdPart = new Uint8Array(capacity);
    for (const direction of ['encrypt', 'decrypt'] as const) {
      for (const keyParts of [2, 3] as const) {
        const wires = wiring(direction, keyParts);
        const address = wiringAddress(direction, keyParts);
        new Uint16Array(memory, address, wires.length).set(wires);
      }
    }
  }

  /** Copies a key of 8, 16 or 24 bytes into a slot, as K1 K2 K3. */
  setKey(slot: number, key: Uint8Array): void {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    for (let w = 0; w < KEY_WORDS; w++) this.#words[at + w] = view.getInt32((4 * w) % key.length);
    this.thirdPart[slot] = key.length === KEY_BYTES ? 3 : 0;
  }

  clearKey(slot: number): void {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    this.#words.fill(0, at, at + KEY_WORDS);
  }

  /**
   * Runs a batch, unless a handle is not valid: then it answers false and the blocks are as they
   * were. Afterwards no block, transposed key or key address is left in the memory.
   */
  run({ handles, valid, slotMask, blocks, from, count, direction, passes }: EngineBatch): boolean {
    const words = this.#words;
    const thirdPart = this.thirdPart;
    let third = 0;
    for (let i = 0; i < count; i++) {
      const handle = handles[from + i]!;
      const slot = handle & slotMask;
      if (valid[slot] !== handle) {
        this.wipe();
        return false;
      }
      words[FIRST_ADDRESS + i] = slotAddress(slot);
      third |= thirdPart[slot]!;
    }
    this.crypt({ blocks, from, count, direction, passes, third });
    return true;
  }

  /** As `run`, with the keys of `keyAddresses`; `third`: `thirdPart` of all of them, joined by OR. */
  crypt(o: Omit<EngineBatch, 'handles' | 'valid' | 'slotMask'> & { readonly third: number }): void {
    const { blocks, from, count, direction, passes, third } = o;
    const words = this.#words;
    // A view of a part takes longer to make than all 128 blocks to copy.
    const whole = count === LANES && blocks.length === 2 * LANES;
    const answers = whole ? this.#answers : words.subarray(0, 2 * count);
    words.set(whole ? blocks : blocks.subarray(2 * from, 2 * (from + count)));
    const keyParts = third === 0 ? 2 : 3;
    this.#crypt(count, wiringAddress(direction, keyParts), passes, passes === 1 ? 1 : keyParts);
    blocks.set(answers, 2 * from);
    this.wipe();
  }

  /** Overwrites all but keys and wiring. */
  wipe(): void {
    this.#words.fill(0, 0, WORDS_TO_WIPE);
  }

  /** Whether only the wiring and the keys differ from zero: for tests and self-tests. */
  isWiped(): boolean {
    return this.#words.subarray(0, LAYOUT.wirings / 4).every((word) => word === 0);
  }

  /** Whether a slot holds nothing: for tests and self-tests. */
  isClear(slot: number): boolean {
    const at = LAYOUT.keys / 4 + KEY_WORDS * slot;
    return this.#words.subarray(at, at + KEY_WORDS).every((word) => word === 0);
  }
}
