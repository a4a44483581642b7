/**
 * PIN blocks of ISO formats 0, 1 and 3 under triple DES, for the lanes of the PIN commands: deciphered
 * together, their clear fields kept as words and overwritten when the round is done.
 */
import { type DesKey, decryptMany } from '@pinfold/crypto';
import { type IsoControl, pinFieldLength } from '@pinfold/pin';
import { LANE_ROWS } from './lane.js';
import { allDigits, decimal2, hexWord, packedDigits } from './words.js';

/** Control nibble by two-digit format code; formats that a lane does not take have 255. */
const CONTROLS = new Uint8Array(100).fill(255);
CONTROLS[1] = 0;
CONTROLS[5] = 1;
CONTROLS[47] = 3;

/** The format of a code of two digits; undefined for those that the ordinary logic must see. */
export function controlAt(buffer: Uint8Array, at: number): IsoControl | undefined {
  const control = CONTROLS[decimal2(buffer, at)]!;
  return control === 255 ? undefined : (control as IsoControl);
}

export class PinBlocks {
  readonly #keys: DesKey[] = [];
  readonly #controls = new Uint8Array(LANE_ROWS);
  readonly #accountHi = new Int32Array(LANE_ROWS);
  readonly #accountLo = new Int32Array(LANE_ROWS);
  /** Cryptograms, then clear fields. */
  readonly #blocks = new Int32Array(2 * LANE_ROWS);
  /** PIN lengths; 0 for a block that holds no PIN. */
  readonly lengths = new Uint8Array(LANE_ROWS);

  /** Whether the account number has 12 digits that can be told. */
  static account(buffer: Uint8Array, from: number, to: number): boolean {
    return to - from === 12 && allDigits(buffer, from, to);
  }

  /** `block` and `account` are places in the buffer. */
  set(
    row: number,
    key: DesKey,
    control: IsoControl,
    buffer: Uint8Array,
    block: number,
    account: number,
  ): void {
    this.#keys[row] = key;
    this.#controls[row] = control;
    this.#blocks[2 * row] = hexWord(buffer, block);
    this.#blocks[2 * row + 1] = hexWord(buffer, block + 8);
    // What formats 0 and 3 XOR in: four zeros and the 12 digits.
    this.#accountHi[row] = packedDigits(buffer, account, 4);
    this.#accountLo[row] = packedDigits(buffer, account + 4, 8);
  }

  /** Deciphers all rows and measures their PINs. */
  open(rows: number): void {
    const blocks = this.#blocks;
    decryptMany(this.#keys, blocks, rows);
    for (let row = 0; row < rows; row++) {
      const control = this.#controls[row] as IsoControl;
      if (control !== 1) {
        blocks[2 * row]! ^= this.#accountHi[row]!;
        blocks[2 * row + 1]! ^= this.#accountLo[row]!;
      }
      this.lengths[row] = pinFieldLength(control, blocks[2 * row]!, blocks[2 * row + 1]!);
    }
  }

  hi(row: number): number {
    return this.#blocks[2 * row]!;
  }

  lo(row: number): number {
    return this.#blocks[2 * row + 1]!;
  }

  accountHi(row: number): number {
    return this.#accountHi[row]!;
  }

  accountLo(row: number): number {
    return this.#accountLo[row]!;
  }

  /** Overwrites the clear fields. */
  wipe(rows: number): void {
    this.#blocks.fill(0, 0, 2 * rows);
  }
}
