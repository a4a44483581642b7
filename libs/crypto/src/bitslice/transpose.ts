/**
 * Transposing of bit matrices, as functions of the bit-sliced module: 128 lanes of 64 bits become 64
 * vectors of 128 bits, and back. Which lane becomes which bit of a vector does not matter, as long as
 * all matrices agree. It has two halves, in either order: swaps among eight neighbouring vectors, and
 * among vectors eight apart. Hacker's Delight section 7-3, on vectors.
 */

import { type Assembler, VALUE_TYPE } from './assembler.js';

const { i32, v128 } = VALUE_TYPE;
const VECTOR = 16;

/** Masks of the six steps of a 64 by 64 transposition, and how far each one swaps. */
const SWAPS = [
  { distance: 32, mask: { high: 0x00000000, low: 0xffffffff } },
  { distance: 16, mask: { high: 0x0000ffff, low: 0x0000ffff } },
  { distance: 8, mask: { high: 0x00ff00ff, low: 0x00ff00ff } },
  { distance: 4, mask: { high: 0x0f0f0f0f, low: 0x0f0f0f0f } },
  { distance: 2, mask: { high: 0x33333333, low: 0x33333333 } },
  { distance: 1, mask: { high: 0x55555555, low: 0x55555555 } },
] as const;

/** rows(address, tiles): the first half, for the first `tiles` groups of eight vectors (16 lanes). */
export function emitRows(a: Assembler): void {
  const TILES = 1;
  emitTiles(a, { stride: 1, firstStep: 3, advance: 8 * VECTOR, counter: TILES });
}

/** columns(address): the second half. */
export function emitColumns(a: Assembler): void {
  emitTiles(a, { stride: 8, firstStep: 0, advance: VECTOR, counter: undefined });
}

/**
 * A function body that transposes tiles of eight vectors, `stride` vectors apart, by three steps of
 * `SWAPS`; `counter` is the parameter with their number, or there are eight.
 */
function emitTiles(
  a: Assembler,
  tile: { stride: number; firstStep: number; advance: number; counter: number | undefined },
): void {
  const { stride, firstStep, advance } = tile;
  const ADDRESS = 0;
  const COUNTER = 1;
  const ROW = 2;
  const SPARE = 10;
  const MASK = 11;
  a.unsigned(tile.counter === undefined ? 2 : 1);
  if (tile.counter === undefined) a.unsigned(1).byte(i32);
  a.unsigned(12).byte(v128);
  if (tile.counter === undefined) a.i32(8).set(COUNTER);
  for (let s = 0; s < 3; s++) a.v128Const(SWAPS[firstStep + s]!.mask).set(MASK + s);
  const swap = (upper: number, lower: number, step: number): void => {
    const { distance } = SWAPS[firstStep + step]!;
    a.get(upper).i32(distance).op('i64x2ShiftRight').get(lower).op('v128Xor');
    a.get(MASK + step)
      .op('v128And')
      .tee(SPARE)
      .get(lower)
      .op('v128Xor')
      .set(lower);
    a.get(upper).get(SPARE).i32(distance).op('i64x2ShiftLeft').op('v128Xor').set(upper);
  };
  a.loopWhile(() => {
    for (let t = 0; t < 8; t++)
      a.get(ADDRESS)
        .v128Load(VECTOR * stride * t)
        .set(ROW + t);
    for (let s = 0; s < 3; s++) {
      const apart = 4 >> s;
      for (let t = 0; t < 8; t++) if ((t & apart) === 0) swap(ROW + t, ROW + t + apart, s);
    }
    for (let t = 0; t < 8; t++)
      a.get(ADDRESS)
        .get(ROW + t)
        .v128Store(VECTOR * stride * t);
    a.get(ADDRESS).i32(advance).op('i32Add').set(ADDRESS);
    a.get(COUNTER).i32(1).op('i32Sub').tee(COUNTER);
  });
  a.byte(0x0b);
}
