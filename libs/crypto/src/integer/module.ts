/**
 * The integer engine as a WebAssembly module: DES on 32-bit integers, the same algorithm as
 * `des-block.ts`, and AES encryption by look-ups (`aes.ts`). V8 checks the bounds of every look-up in a typed array and keeps the array at hand;
 * here it does neither, so that two rounds are enough to unroll. The code is a twentieth of the
 * other's size, and leaves the processor's caches to the caller.
 */

import { Assembler, VALUE_TYPE } from '../bitslice/assembler.js';
import { SHIFTS } from '../des-tables.js';
import { emitAes } from './aes.js';
import { LAYOUT, PASS_BYTES, SCHEDULE_BYTES, sBoxAddress } from './layout.js';
import { HALF_BITS } from './tables.js';

/** The module has two kilobytes. */
const CAPACITY_BYTES = 4096;
const { i32 } = VALUE_TYPE;

/** The exports of the module. Nothing is checked. */
export interface IntegerExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /**
   * Enciphers the block `hi`, `lo` with the round keys from address `from` up to `end` (one pass of
   * 128 bytes, or three); the answer is at `LAYOUT.answer`.
   */
  crypt(from: number, end: number, hi: number, lo: number): void;
  /** Writes the sixteen round keys of the eight key bytes `hi`, `lo` from address `to` on, `step` (8 or -8) bytes apart. */
  expand(to: number, step: number, hi: number, lo: number): void;
  /**
   * AES encryption of four columns with the round keys from address `from` to the last one at `last`;
   * the answer is at `LAYOUT.answer`. A column is a word whose first byte is lowest.
   */
  aes(from: number, last: number, c0: number, c1: number, c2: number, c3: number): void;
  /** Overwrites the place at an address. */
  clear(at: number): void;
}

/** The module's bytes. The memory has `pages` pages of 64 KiB and cannot grow. */
export function emitIntegerModule(pages: number): Uint8Array<ArrayBuffer> {
  const a = new Assembler(CAPACITY_BYTES);
  a.raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  a.section(1, () => {
    a.raw([3, 0x60, 4, i32, i32, i32, i32, 0]);
    a.raw([0x60, 6, i32, i32, i32, i32, i32, i32, 0]);
    a.raw([0x60, 1, i32, 0]);
  });
  a.section(3, () => a.raw([4, 0, 0, 1, 2]));
  a.section(5, () => a.raw([1, 1]).unsigned(pages).unsigned(pages));
  a.section(7, () => {
    a.unsigned(5).name('memory').raw([2, 0]);
    a.name('crypt')
      .raw([0, 0])
      .name('expand')
      .raw([0, 1])
      .name('aes')
      .raw([0, 2])
      .name('clear')
      .raw([0, 3]);
  });
  a.section(10, () => {
    a.unsigned(4);
    a.sized(() => emitCrypt(a));
    a.sized(() => emitExpand(a));
    a.sized(() => emitAes(a));
    a.sized(() => emitClear(a));
  });
  return a.finish();
}

function emitClear(a: Assembler): void {
  const AT = 0;
  a.unsigned(0);
  for (let offset = 0; offset < SCHEDULE_BYTES; offset += 8) a.get(AT).i64(0).i64Store(offset);
  a.byte(0x0b);
}

function emitCrypt(a: Assembler): void {
  const FROM = 0;
  const END = 1;
  const LEFT = 2;
  const RIGHT = 3;
  const SPARE = 4;
  const EVEN = 5;
  const ODD = 6;
  const STOP = 7;
  a.unsigned(1).unsigned(4).byte(i32);
  /** Swaps the bits of `mask` in `y` with those `distance` above them in `x`. */
  const swap = (x: number, y: number, distance: number, mask: number): void => {
    a.get(x)
      .i32(distance)
      .op('i32ShiftRight')
      .get(y)
      .op('i32Xor')
      .i32(mask)
      .op('i32And')
      .tee(SPARE);
    a.get(y).op('i32Xor').set(y);
    a.get(SPARE).i32(distance).op('i32ShiftLeft').get(x).op('i32Xor').set(x);
  };
  /** What S-box `box` makes of six bits of `word`: those that a shift by `shift` puts above bit 2. */
  const look = (word: number, shift: number, box: number): Assembler => {
    a.get(word);
    if (shift > 0) a.i32(shift).op('i32ShiftRight');
    if (shift < 0) a.i32(-shift).op('i32RotateLeft');
    return a.i32(0xfc).op('i32And').i32Load(sBoxAddress(box));
  };
  const round = (into: number, from: number, key: number): void => {
    a.get(from).get(FROM).i32Load(key).op('i32Xor').set(EVEN);
    a.get(from)
      .get(FROM)
      .i32Load(key + 4)
      .op('i32Xor')
      .set(ODD);
    // A tree of XORs: a chain of eight would wait for each look-up in turn.
    for (const [word, shift, box] of [
      [EVEN, 24, 0],
      [EVEN, 8, 4],
      [ODD, 20, 1],
      [ODD, 4, 5],
    ] as const) {
      look(word, shift, box);
      look(word, shift - 8, box + 2).op('i32Xor');
      if (box >= 4) a.op('i32Xor');
    }
    a.op('i32Xor').get(into).op('i32Xor').set(into);
  };
  const permutation = [
    () => swap(LEFT, RIGHT, 4, 0x0f0f0f0f),
    () => swap(LEFT, RIGHT, 16, 0x0000ffff),
    () => swap(RIGHT, LEFT, 2, 0x33333333),
    () => swap(RIGHT, LEFT, 8, 0x00ff00ff),
    () => swap(LEFT, RIGHT, 1, 0x55555555),
  ];
  for (const step of permutation) step();
  for (const half of [LEFT, RIGHT]) a.get(half).i32(1).op('i32RotateRight').set(half);
  a.loopWhile(() => {
    a.get(FROM).i32(PASS_BYTES).op('i32Add').set(STOP);
    a.loopWhile(() => {
      round(LEFT, RIGHT, 0);
      round(RIGHT, LEFT, 8);
      a.get(FROM).i32(16).op('i32Add').tee(FROM).get(STOP).op('i32LessSigned');
    });
    a.get(LEFT).get(RIGHT).set(LEFT).set(RIGHT);
    a.get(FROM).get(END).op('i32LessSigned');
  });
  for (const half of [LEFT, RIGHT]) a.get(half).i32(1).op('i32RotateLeft').set(half);
  for (const step of permutation.toReversed()) step();
  a.i32(0).get(LEFT).i32Store(LAYOUT.answer);
  a.i32(0)
    .get(RIGHT)
    .i32Store(LAYOUT.answer + 4);
  a.byte(0x0b);
}

function emitExpand(a: Assembler): void {
  const TO = 0;
  const STEP = 1;
  const HIGH = 2;
  const LOW = 3;
  const HALF_C = 4;
  const HALF_D = 5;
  const BY = 6;
  const ROTATIONS = 7;
  const COUNTER = 8;
  const EVEN = 9;
  const ODD = 10;
  a.unsigned(1).unsigned(7).byte(i32);
  for (let nibble = 0; nibble < 16; nibble++) {
    // Eight bytes an entry: a nibble counts from bit 3.
    const shift = 28 - 4 * (nibble & 7) - 3;
    a.get(nibble < 8 ? HIGH : LOW);
    if (shift > 0) a.i32(shift).op('i32ShiftRight');
    else a.i32(-shift).op('i32ShiftLeft');
    a.i32(0x78).op('i32And').tee(BY);
    a.i32Load(LAYOUT.halves + 128 * nibble)
      .get(HALF_C)
      .op('i32Xor')
      .set(HALF_C);
    a.get(BY)
      .i32Load(LAYOUT.halves + 128 * nibble + 4)
      .get(HALF_D)
      .op('i32Xor')
      .set(HALF_D);
  }
  const singles = SHIFTS.reduce((bits, shift, i) => bits | (shift === 1 ? 1 << i : 0), 0);
  a.i32(singles).set(ROTATIONS).i32(16).set(COUNTER);
  const rotate = (half: number): void => {
    a.get(half).get(BY).op('i32ShiftLeft');
    a.get(half).i32(HALF_BITS).get(BY).op('i32Sub').op('i32ShiftRight').op('i32Xor');
    a.i32(2 ** HALF_BITS - 1)
      .op('i32And')
      .set(half);
  };
  /** The four groups of a half: what they add to both words of a round key, no two the same bit. */
  const choose = (half: number, firstGroup: number): void => {
    for (let group = 0; group < 4; group++) {
      const shift = 21 - 7 * group - 2;
      a.get(half);
      if (shift > 0) a.i32(shift).op('i32ShiftRight');
      else a.i32(-shift).op('i32ShiftLeft');
      a.i32(0x1fc)
        .op('i32And')
        .i32Load(LAYOUT.choices + 512 * (firstGroup + group));
      if (group > 0) a.op('i32Xor');
    }
  };
  a.loopWhile(() => {
    a.i32(2).get(ROTATIONS).i32(1).op('i32And').op('i32Sub').set(BY);
    a.get(ROTATIONS).i32(1).op('i32ShiftRight').set(ROTATIONS);
    rotate(HALF_C);
    rotate(HALF_D);
    choose(HALF_C, 0);
    a.set(EVEN);
    choose(HALF_D, 4);
    a.set(ODD);
    a.get(TO).get(EVEN).i32(-65_536).op('i32And');
    a.get(ODD).i32(16).op('i32ShiftRight').op('i32Xor').i32Store(0);
    // Odd S-boxes read the half unrotated, so their word is rotated right by four.
    a.get(TO).get(EVEN).i32(16).op('i32ShiftLeft').get(ODD).i32(65_535).op('i32And').op('i32Xor');
    a.i32(4).op('i32RotateRight').i32Store(4);
    a.get(TO).get(STEP).op('i32Add').set(TO);
    a.get(COUNTER).i32(1).op('i32Sub').tee(COUNTER);
  });
  a.byte(0x0b);
}
