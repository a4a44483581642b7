/**
 * PIN blocks of ISO formats 0, 1 and 3 under triple DES, many at once: deciphered together, their
 * clear fields kept as words and overwritten when the round is done.
 */
import { type DesKey, decryptMany } from '@pinfold/crypto';
import { type IsoControl, pinFieldLength } from '@pinfold/pin';
import type { Lmk } from '../lmk.js';
import { BATCH_ROWS } from './rows.js';

/** A PIN block of a message, and where its key's token stands. Used again for the next message. */
export interface BlockRow {
  lmk: Lmk;
  /** The bytes of the message; places in it are from and to. */
  buffer: Uint8Array;
  keyFrom: number;
  keyTo: number;
  control: IsoControl;
  blockHi: number;
  blockLo: number;
  /** What formats 0 and 3 XOR in: four zeros and the 12 digits. */
  accountHi: number;
  accountLo: number;
}

export class PinBlocks {
  readonly #keys: DesKey[] = [];
  readonly #controls = new Uint8Array(BATCH_ROWS);
  readonly #accountHi = new Int32Array(BATCH_ROWS);
  readonly #accountLo = new Int32Array(BATCH_ROWS);
  /** Cryptograms, then clear fields. */
  readonly #blocks = new Int32Array(2 * BATCH_ROWS);
  /** PIN lengths; 0 for a block that holds no PIN. */
  readonly lengths = new Uint8Array(BATCH_ROWS);

  set(row: number, key: DesKey, from: BlockRow): void {
    this.#keys[row] = key;
    this.#controls[row] = from.control;
    this.#blocks[2 * row] = from.blockHi;
    this.#blocks[2 * row + 1] = from.blockLo;
    this.#accountHi[row] = from.accountHi;
    this.#accountLo[row] = from.accountLo;
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
