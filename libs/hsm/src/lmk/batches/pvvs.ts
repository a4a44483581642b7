/** PINs in PIN blocks verified by Visa PVV, many at once. */
import { type DesKey, encryptMany } from '@pinfold/crypto';
import { equalWords, firstFourDigits, pvvOfWords } from '@pinfold/pin';
import { KEY_ROLES } from '../key-roles.js';
import type { LmkDevice } from '../lmk-device.js';
import { type BlockRow, PinBlocks } from './pin-blocks.js';
import { BATCH_ROWS } from './rows.js';

const PVK = { row: KEY_ROLES.pvk, need: 'verify' } as const;
const PVK_PAIR_BYTES = 16;
const WRONG = 1;
const NO_PIN = 20;

/** What one message brings. Used again for the next. */
export interface PvvRow extends BlockRow {
  pvkFrom: number;
  pvkTo: number;
  /** Four digits, packed. */
  pvv: number;
  /** Eleven digits of the account and the PVK indicator: the transformed parameter without its PIN. */
  parameterHi: number;
  parameterLo: number;
}

export class PvvBatch {
  readonly #device: LmkDevice;
  readonly #pinKey: { row: (typeof KEY_ROLES)['tpk' | 'zpk']; need: 'decrypt' };
  readonly #pins = new PinBlocks();
  readonly #pvks: DesKey[] = [];
  readonly #pvvs = new Int32Array(BATCH_ROWS);
  readonly #errors = new Uint8Array(BATCH_ROWS);
  /** Transformed security parameters, without the PIN at first. */
  readonly #blocks = new Int32Array(2 * BATCH_ROWS);
  #rows = 0;

  constructor(device: LmkDevice, role: 'tpk' | 'zpk') {
    this.#device = device;
    this.#pinKey = { row: KEY_ROLES[role], need: 'decrypt' };
  }

  clear(): void {
    this.#rows = 0;
  }

  /** False where a key is not open yet or may not be used so. */
  add(from: PvvRow): boolean {
    const { keys } = this.#device;
    const { lmk, buffer } = from;
    const key = keys.known(lmk, this.#pinKey, buffer, from.keyFrom, from.keyTo)?.tripleDes;
    const pair = keys.known(lmk, PVK, buffer, from.pvkFrom, from.pvkTo)?.tripleDes;
    if (key === undefined || pair?.lengthBytes !== PVK_PAIR_BYTES) return false;
    const row = this.#rows++;
    this.#pins.set(row, key, from);
    this.#pvks[row] = pair;
    this.#pvvs[row] = from.pvv;
    this.#blocks[2 * row] = from.parameterHi;
    this.#blocks[2 * row + 1] = from.parameterLo;
    return true;
  }

  run(): void {
    const rows = this.#rows;
    const pins = this.#pins;
    const blocks = this.#blocks;
    pins.open(rows);
    for (let row = 0; row < rows; row++) blocks[2 * row + 1]! |= firstFourDigits(pins.hi(row));
    encryptMany(this.#pvks, blocks, rows);
    for (let row = 0; row < rows; row++) {
      const pvv = pvvOfWords(blocks[2 * row]!, blocks[2 * row + 1]!);
      const right = equalWords(0, pvv, 0, this.#pvvs[row]!);
      this.#errors[row] = pins.lengths[row] === 0 ? NO_PIN : right === 1 ? 0 : WRONG;
    }
    blocks.fill(0, 0, 2 * rows);
    pins.wipe(rows);
  }

  /** The reply code of a row as a number. */
  error(row: number): number {
    return this.#errors[row]!;
  }
}
