/** The fields of a PIN block and its account as words, for the lanes of the PIN commands. */
import type { BlockRow } from '@pinfold/hsm';
import { allDigits, decimal2, hexWord, packedDigits } from './words.js';

/** ISO formats 0, 1 and 3 by two-digit format code; others have 255. */
const CONTROLS = new Uint8Array(100).fill(255);
CONTROLS[1] = 0;
CONTROLS[5] = 1;
CONTROLS[47] = 3;

/** The format of a code of two digits; undefined for those that the ordinary logic must see. */
export function controlAt(buffer: Uint8Array, at: number): BlockRow['control'] | undefined {
  const control = CONTROLS[decimal2(buffer, at)]!;
  return control === 255 ? undefined : (control as BlockRow['control']);
}

/** Whether the account number has 12 digits that can be told. */
export function isAccount(buffer: Uint8Array, from: number, to: number): boolean {
  return to - from === 12 && allDigits(buffer, from, to);
}

/** Reads block and account into the row; `block` and `account` are places in its buffer. */
export function readBlock(row: BlockRow, block: number, account: number): void {
  const { buffer } = row;
  row.blockHi = hexWord(buffer, block);
  row.blockLo = hexWord(buffer, block + 8);
  row.accountHi = packedDigits(buffer, account, 4);
  row.accountLo = packedDigits(buffer, account + 4, 8);
}
