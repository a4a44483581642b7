/**
 * The bit-sliced triple-DES module: 128 blocks in 128 lanes of SIMD vectors, each under its own key.
 *
 * A bit of the block is a vector, an S-box is a circuit of vector operations, and permutations and
 * the key schedule are nothing but wiring. No address and no branch depends on data or keys, so it
 * runs in constant time. E. Biham, "A Fast New DES Implementation in Software" (FSE 1997).
 *
 * Blocks and keys are pairs of native 32-bit integers (most significant half first), so bit n of
 * FIPS 46-3, counted from 0, is bit `laneBit(n)` of the little-endian 64-bit lane.
 */

import { IP, KEY_BITS, P } from '../des-tables.js';
import { Assembler, type Operation, VALUE_TYPE } from './assembler.js';
import { type Circuit, type GateOperator, S_BOX_CIRCUITS } from './circuits.js';

export const LANES = 128;
/** Bytes of a key: K1 K2 K3. */
export const KEY_BYTES = 24;

const ROUNDS = 16;
const ROUND_KEY_BITS = 48;
const MATRIX = 1024;
const WIRING_BYTES = 2 * 3 * ROUNDS * ROUND_KEY_BITS;

/** Byte addresses in the module's memory. What lies below `wirings` is wiped after every batch. */
export const LAYOUT = {
  /** 128 blocks: where a batch is put, and where its answer is. */
  data: 0,
  keyMatrices: MATRIX,
  left: 4 * MATRIX,
  right: 4 * MATRIX + 512,
  /** 128 addresses of keys. */
  keyAddresses: 5 * MATRIX,
  wirings: 5 * MATRIX + 4 * LANES,
  keys: 24 * MATRIX,
} as const;

export type Direction = 'encrypt' | 'decrypt';

/** Address of the wiring for a direction, and whether the third key part is the first again. */
export function wiringAddress(direction: Direction, keyParts: 2 | 3): number {
  return LAYOUT.wirings + WIRING_BYTES * ((direction === 'encrypt' ? 0 : 2) + keyParts - 2);
}

/** Code size is about 29 KB; the array is larger so that a change of circuits fits. */
const CAPACITY_BYTES = 64 * 1024;

const GATES: Readonly<Record<GateOperator, Operation>> = {
  '^': 'v128Xor',
  '&': 'v128And',
  '|': 'v128Or',
  '-': 'v128AndNot',
  '~': 'v128Not',
};

const FUNCTION = { transpose: 0, core: 1, crypt: 2 } as const;
const { i32, v128 } = VALUE_TYPE;

/** The exports of the module. */
export interface BitsliceExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /**
   * Runs the first `count` blocks in place, each under the key at its key address, with the wiring
   * at address `wiring`. `passes` 3 is triple DES, 1 its first pass alone; `keyParts` (1 to 3) is how
   * many parts of the keys the wiring reads.
   */
  crypt(count: number, wiring: number, passes: number, keyParts: number): void;
}

/** The module's bytes. The memory has `pages` pages of 64 KiB and cannot grow. */
export function emitModule(pages: number): Uint8Array<ArrayBuffer> {
  const a = new Assembler(CAPACITY_BYTES);
  a.raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  a.section(1, () => {
    a.unsigned(3)
      .raw([0x60, 1, i32, 0])
      .raw([0x60, 2, i32, i32, 0])
      .raw([0x60, 4, i32, i32, i32, i32, 0]);
  });
  a.section(3, () => a.raw([3, 0, 1, 2]));
  a.section(5, () => a.raw([1, 1]).unsigned(pages).unsigned(pages));
  a.section(7, () => {
    a.unsigned(2).name('memory').raw([2, 0]).name('crypt').raw([0, FUNCTION.crypt]);
  });
  a.section(10, () => {
    a.unsigned(3);
    a.sized(() => emitTranspose(a));
    a.sized(() => emitCore(a));
    a.sized(() => emitCrypt(a));
  });
  return a.finish();
}

/**
 * For each of 48 rounds and 48 bits the offset of the key vector from the first key matrix.
 * Encryption is K1 forwards, K2 backwards, K3 forwards; decryption is all of it backwards.
 */
export function wiring(direction: Direction, keyParts: 2 | 3): Uint16Array {
  const out = new Uint16Array(3 * ROUNDS * ROUND_KEY_BITS);
  for (let step = 0; step < 3 * ROUNDS; step++) {
    const at = direction === 'encrypt' ? step : 3 * ROUNDS - 1 - step;
    const pass = Math.floor(at / ROUNDS);
    const round = pass === 1 ? ROUNDS - 1 - (at % ROUNDS) : at % ROUNDS;
    const matrix = MATRIX * (pass % keyParts);
    for (let bit = 0; bit < ROUND_KEY_BITS; bit++) {
      out[step * ROUND_KEY_BITS + bit] = matrix + 16 * laneBit(KEY_BITS[round]![bit]!);
    }
  }
  return out;
}

function laneBit(bit: number): number {
  return 32 * (bit >> 5) + 31 - (bit & 31);
}

/** Masks of the six steps of a 64 by 64 transposition, and how far each one swaps. */
const SWAPS = [
  { distance: 32, mask: { high: 0x00000000, low: 0xffffffff } },
  { distance: 16, mask: { high: 0x0000ffff, low: 0x0000ffff } },
  { distance: 8, mask: { high: 0x00ff00ff, low: 0x00ff00ff } },
  { distance: 4, mask: { high: 0x0f0f0f0f, low: 0x0f0f0f0f } },
  { distance: 2, mask: { high: 0x33333333, low: 0x33333333 } },
  { distance: 1, mask: { high: 0x55555555, low: 0x55555555 } },
] as const;

/**
 * transpose(address): turns 128 lanes of 64 bits into 64 vectors of 128 bits, and back; which lane
 * is which bit of a vector does not matter, as long as all matrices agree.
 */
function emitTranspose(a: Assembler): void {
  const ADDRESS = 0;
  const ROW = 1;
  const SPARE = 9;
  const MASK = 10;
  a.unsigned(1).unsigned(15).byte(v128);
  SWAPS.forEach(({ mask }, i) => {
    a.v128Const(mask).set(MASK + i);
  });
  const swap = (upper: number, lower: number, step: number): void => {
    const { distance } = SWAPS[step]!;
    a.get(upper).i32(distance).op('i64x2ShiftRight').get(lower).op('v128Xor');
    a.get(MASK + step)
      .op('v128And')
      .tee(SPARE)
      .get(lower)
      .op('v128Xor')
      .set(lower);
    a.get(upper).get(SPARE).i32(distance).op('i64x2ShiftLeft').op('v128Xor').set(upper);
  };
  const tile = (base: number, stride: number, firstStep: number): void => {
    for (let t = 0; t < 8; t++)
      a.get(ADDRESS)
        .v128Load(16 * (base + stride * t))
        .set(ROW + t);
    for (let s = 0; s < 3; s++) {
      const apart = 4 >> s;
      for (let t = 0; t < 8; t++)
        if ((t & apart) === 0) swap(ROW + t, ROW + t + apart, firstStep + s);
    }
    for (let t = 0; t < 8; t++)
      a.get(ADDRESS)
        .get(ROW + t)
        .v128Store(16 * (base + stride * t));
  };
  for (let i = 0; i < 8; i++) tile(i, 8, 0);
  for (let i = 0; i < 64; i += 8) tile(i, 1, 3);
  a.byte(0x0b);
}

/** core(wiring, passes): the cipher over the transposed data and keys. */
function emitCore(a: Assembler): void {
  const WIRING = 0;
  const PASSES = 1;
  const LEFT = 2;
  const RIGHT = 3;
  const COUNTER = 4;
  const SPARE = 5;
  const VALUE = 6;
  const values = Math.max(...S_BOX_CIRCUITS.map((circuit) => 6 + circuit.gates.length));
  a.unsigned(2).unsigned(4).byte(i32).unsigned(values).byte(v128);
  for (let i = 0; i < 32; i++) {
    a.i32(0)
      .i32(0)
      .v128Load(bitAddress(IP[i]!))
      .v128Store(LAYOUT.left + 16 * i);
    a.i32(0)
      .i32(0)
      .v128Load(bitAddress(IP[32 + i]!))
      .v128Store(LAYOUT.right + 16 * i);
  }
  const round = (into: number, from: number, firstKeyBit: number): void => {
    S_BOX_CIRCUITS.forEach((circuit, box) => {
      for (let wire = 0; wire < 6; wire++) {
        a.get(from).v128Load(16 * ((4 * box + wire + 31) % 32));
        a.get(WIRING).i32Load16(2 * (firstKeyBit + 6 * box + wire));
        a.v128Load(LAYOUT.keyMatrices)
          .op('v128Xor')
          .set(VALUE + wire);
      }
      emitBox(a, circuit, { box, into, value: VALUE });
    });
  };
  a.i32(LAYOUT.left).set(LEFT).i32(LAYOUT.right).set(RIGHT);
  a.loopWhile(() => {
    a.i32(ROUNDS / 2).set(COUNTER);
    a.loopWhile(() => {
      round(LEFT, RIGHT, 0);
      round(RIGHT, LEFT, ROUND_KEY_BITS);
      a.get(WIRING)
        .i32(4 * ROUND_KEY_BITS)
        .op('i32Add')
        .set(WIRING);
      a.get(COUNTER).i32(1).op('i32Sub').tee(COUNTER);
    });
    a.get(LEFT).set(SPARE).get(RIGHT).set(LEFT).get(SPARE).set(RIGHT);
    a.get(PASSES).i32(1).op('i32Sub').tee(PASSES);
  });
  for (let i = 0; i < 32; i++) {
    a.i32(0)
      .get(LEFT)
      .v128Load(16 * i)
      .v128Store(bitAddress(IP[i]!));
    a.i32(0)
      .get(RIGHT)
      .v128Load(16 * i)
      .v128Store(bitAddress(IP[32 + i]!));
  }
  a.byte(0x0b);
}

/** The gates of one S-box; each output is XORed into the half that local `into` points to. */
function emitBox(
  a: Assembler,
  circuit: Circuit,
  { box, into, value }: { box: number; into: number; value: number },
): void {
  circuit.gates.forEach(({ operator, a: first, b: second }, gate) => {
    a.get(value + first);
    if (operator !== '~') a.get(value + second);
    a.op(GATES[operator]).set(value + 6 + gate);
    const output = circuit.outputs.indexOf(6 + gate);
    if (output < 0) return;
    const address = 16 * P.indexOf(4 * box + output + 1);
    a.get(into)
      .get(into)
      .v128Load(address)
      .get(value + 6 + gate)
      .op('v128Xor')
      .v128Store(address);
  });
}

/** crypt(count, wiring, passes, keyParts): gathers the keys, transposes, runs, transposes back. */
function emitCrypt(a: Assembler): void {
  const COUNT = 0;
  const WIRING = 1;
  const PASSES = 2;
  const KEY_PARTS = 3;
  const JOB = 4;
  const KEY = 5;
  const LANE = 6;
  a.unsigned(1).unsigned(3).byte(i32);
  const gather = (part: number): void => {
    a.get(LANE)
      .get(KEY)
      .i64Load(8 * part)
      .i64Store(LAYOUT.keyMatrices + MATRIX * part);
  };
  const transposeKeys = (part: number): void => {
    a.i32(LAYOUT.keyMatrices + MATRIX * part).call(FUNCTION.transpose);
  };
  const eachPart = (body: (part: number) => void): void => {
    body(0);
    a.i32(1)
      .get(KEY_PARTS)
      .op('i32LessSigned')
      .ifTrue(() => {
        body(1);
        a.i32(2)
          .get(KEY_PARTS)
          .op('i32LessSigned')
          .ifTrue(() => body(2));
      });
  };
  a.loopWhile(() => {
    a.get(JOB).i32Load(LAYOUT.keyAddresses).set(KEY);
    eachPart(gather);
    a.get(JOB).i32(4).op('i32Add').set(JOB).get(LANE).i32(8).op('i32Add').tee(LANE);
    a.get(COUNT).i32(3).op('i32ShiftLeft').op('i32LessSigned');
  });
  eachPart(transposeKeys);
  a.i32(LAYOUT.data).call(FUNCTION.transpose);
  a.get(WIRING).get(PASSES).call(FUNCTION.core);
  a.i32(LAYOUT.data).call(FUNCTION.transpose);
  a.byte(0x0b);
}

/** Address of the vector of bit `bit` (1 to 64) of the data. */
function bitAddress(bit: number): number {
  return LAYOUT.data + 16 * laneBit(bit - 1);
}
