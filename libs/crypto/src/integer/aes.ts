/** AES encryption in the integer engine: FIPS 197, S-box and MixColumns joined into look-ups. */

import { type Assembler, VALUE_TYPE } from '../bitslice/assembler.js';
import { aesColumnAddress, LAYOUT } from './layout.js';

/** Writes the body of `aes(from, last, c0, c1, c2, c3)`. */
export function emitAes(a: Assembler): void {
  const FROM = 0;
  const LAST = 1;
  const COLUMN = 2;
  const NEXT = 6;
  a.unsigned(1).unsigned(4).byte(VALUE_TYPE.i32);
  /** Byte `row` of what ShiftRows makes column `column`, times `size`. */
  const byteOf = (column: number, row: number, size: 1 | 4): void => {
    const shift = 8 * row - (size === 4 ? 2 : 0);
    a.get(COLUMN + ((column + row) % 4));
    if (shift > 0) a.i32(shift).op('i32ShiftRight');
    if (shift < 0) a.i32(-shift).op('i32ShiftLeft');
    a.i32(255 * size).op('i32And');
  };
  const addKey = (): void => {
    for (let column = 0; column < 4; column++) {
      a.get(COLUMN + column)
        .get(FROM)
        .i32Load(4 * column)
        .op('i32Xor')
        .set(COLUMN + column);
    }
  };
  const substitute = (look: (column: number, row: number) => void): void => {
    for (let column = 0; column < 4; column++) {
      look(column, 0);
      look(column, 1);
      a.op('i32Xor');
      look(column, 2);
      look(column, 3);
      a.op('i32Xor')
        .op('i32Xor')
        .set(NEXT + column);
    }
    for (let column = 0; column < 4; column++) a.get(NEXT + column).set(COLUMN + column);
  };
  addKey();
  a.loopWhile(() => {
    a.get(FROM).i32(16).op('i32Add').set(FROM);
    substitute((column, row) => {
      byteOf(column, row, 4);
      a.i32Load(aesColumnAddress(row));
    });
    addKey();
    a.get(FROM).i32(16).op('i32Add').get(LAST).op('i32LessSigned');
  });
  a.get(LAST).set(FROM);
  substitute((column, row) => {
    byteOf(column, row, 1);
    a.i32Load8(LAYOUT.aesSBox);
    if (row > 0) a.i32(8 * row).op('i32ShiftLeft');
  });
  addKey();
  for (let column = 0; column < 4; column++) {
    a.i32(0)
      .get(COLUMN + column)
      .i32Store(LAYOUT.answer + 4 * column);
  }
  a.byte(0x0b);
}
