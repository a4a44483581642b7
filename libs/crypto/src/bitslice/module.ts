/**
 * The bit-sliced triple-DES module: 128 blocks in 128 lanes of SIMD vectors, each under its own key.
 *
 * A bit of the block is a vector, an S-box is a circuit of vector operations, and permutations and
 * the key schedule are nothing but wiring. No address and no branch depends on data or keys, so it
 * runs in constant time. E. Biham, "A Fast New DES Implementation in Software" (FSE 1997).
 */

import { IP, P } from '../des-tables.js';
import { Assembler, type Operation, VALUE_TYPE } from './assembler.js';
import { type Circuit, type GateOperator, S_BOX_CIRCUITS } from './circuits.js';
import { LAYOUT, laneBit, MATRIX, ROUND_KEY_BITS, ROUNDS } from './layout.js';
import { emitColumns, emitRows } from './transpose.js';

/** The module has 13 KB; the array is larger so that other circuits fit. */
const CAPACITY_BYTES = 32 * 1024;

const GATES: Readonly<Record<GateOperator, Operation>> = {
  '^': 'v128Xor',
  '&': 'v128And',
  '|': 'v128Or',
  '-': 'v128AndNot',
  '~': 'v128Not',
};

const FUNCTION = { rows: 0, columns: 1, core: 2, crypt: 3 } as const;
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
    a.unsigned(3);
    for (const parameters of [1, 2, 4]) {
      a.raw([0x60, parameters, ...new Array<number>(parameters).fill(i32), 0]);
    }
  });
  a.section(3, () => a.raw([4, 1, 0, 1, 2]));
  a.section(5, () => a.raw([1, 1]).unsigned(pages).unsigned(pages));
  a.section(7, () => {
    a.unsigned(2).name('memory').raw([2, 0]).name('crypt').raw([0, FUNCTION.crypt]);
  });
  a.section(10, () => {
    a.unsigned(4);
    a.sized(() => emitRows(a));
    a.sized(() => emitColumns(a));
    a.sized(() => emitCore(a));
    a.sized(() => emitCrypt(a));
  });
  return a.finish();
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
  const TILES = 7;
  a.unsigned(1).unsigned(4).byte(i32);
  a.get(COUNT).i32(15).op('i32Add').i32(4).op('i32ShiftRight').set(TILES);
  const gather = (part: number): void => {
    a.get(LANE)
      .get(KEY)
      .i64Load(8 * part)
      .i64Store(LAYOUT.keyMatrices + MATRIX * part);
  };
  const rows = (address: number): Assembler => a.i32(address).get(TILES).call(FUNCTION.rows);
  const columns = (address: number): Assembler => a.i32(address).call(FUNCTION.columns);
  const transposeIn = (address: number): void => {
    rows(address);
    columns(address);
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
  eachPart((part) => transposeIn(LAYOUT.keyMatrices + MATRIX * part));
  transposeIn(LAYOUT.data);
  a.get(WIRING).get(PASSES).call(FUNCTION.core);
  columns(LAYOUT.data);
  rows(LAYOUT.data);
  a.byte(0x0b);
}

/** Address of the vector of bit `bit` (1 to 64) of the data. */
function bitAddress(bit: number): number {
  return LAYOUT.data + 16 * laneBit(bit - 1);
}
