/** PIN blocks from one key and format to another, many at once. */
import { type DesKey, encryptMany, takeRandom } from '@pinfold/crypto';
import { convertFieldHi, convertFieldLo, type IsoControl } from '@pinfold/pin';
import { KEY_ROLES } from '../key-roles.js';
import type { LmkDevice } from '../lmk-device.js';
import { translates } from '../pin-blocks.js';
import { type BlockRow, PinBlocks } from './pin-blocks.js';
import { BATCH_ROWS } from './rows.js';

const DESTINATION = { row: KEY_ROLES.zpk, need: 'encrypt' } as const;
const FORMATS = ['iso0', 'iso1', 'iso2', 'iso3'] as const;
const NO_PIN = 20;
const PIN_TOO_LONG = 24;

/** What one message brings. Used again for the next. */
export interface TranslationRow extends BlockRow {
  destinationFrom: number;
  destinationTo: number;
  /** Format of the new block. */
  to: IsoControl;
  /** Digits of the longest PIN that is let through. */
  longest: number;
}

export class TranslationBatch {
  readonly #device: LmkDevice;
  readonly #source: { row: (typeof KEY_ROLES)['tpk' | 'zpk']; need: 'decrypt' };
  readonly #pins = new PinBlocks();
  /** Whether the settings let a format (its row) become another. */
  readonly #allowed: Uint8Array;
  readonly #targets: DesKey[] = [];
  readonly #formats = new Uint8Array(BATCH_ROWS);
  readonly #longest = new Uint8Array(BATCH_ROWS);
  readonly #errors = new Uint8Array(BATCH_ROWS);
  /** New fields, then new blocks. */
  readonly #blocks = new Int32Array(2 * BATCH_ROWS);
  #rows = 0;
  #needsRandom = false;

  constructor(device: LmkDevice, role: 'tpk' | 'zpk') {
    this.#device = device;
    this.#allowed = Uint8Array.from(
      FORMATS.flatMap((from) => FORMATS.map((to) => (translates(device, from, to) ? 1 : 0))),
    );
    this.#source = { row: KEY_ROLES[role], need: 'decrypt' };
  }

  clear(): void {
    this.#rows = 0;
    this.#needsRandom = false;
  }

  /** False where a setting refuses the formats, a key is not open yet, or may not be used so. */
  add(from: TranslationRow): boolean {
    if (this.#allowed[FORMATS.length * from.control + from.to] === 0) return false;
    const { keys } = this.#device;
    const { lmk, buffer, to } = from;
    const key = keys.known(lmk, this.#source, buffer, from.keyFrom, from.keyTo);
    const other = keys.known(lmk, DESTINATION, buffer, from.destinationFrom, from.destinationTo);
    if (key?.tripleDes === undefined || other?.tripleDes === undefined) return false;
    const row = this.#rows++;
    this.#pins.set(row, key.tripleDes, from);
    this.#targets[row] = other.tripleDes;
    this.#formats[row] = to;
    this.#longest[row] = from.longest;
    if (to !== 0) this.#needsRandom = true;
    return true;
  }

  run(): void {
    const rows = this.#rows;
    const pins = this.#pins;
    const blocks = this.#blocks;
    pins.open(rows);
    // Formats 1 and 3 are filled at random.
    const random = this.#needsRandom
      ? new Int32Array(Uint8Array.from(takeRandom(this.#device.random, 8 * rows)).buffer)
      : NO_RANDOM;
    for (let row = 0; row < rows; row++) {
      const length = pins.lengths[row]!;
      const to = this.#formats[row] as IsoControl;
      this.#errors[row] = length === 0 ? NO_PIN : length > this.#longest[row]! ? PIN_TOO_LONG : 0;
      const fillHi = to === 0 ? 0 : random[2 * row]!;
      const fillLo = to === 0 ? 0 : random[2 * row + 1]!;
      const mask = to === 1 ? 0 : -1;
      blocks[2 * row] =
        convertFieldHi(to, length, pins.hi(row), fillHi) ^ (pins.accountHi(row) & mask);
      blocks[2 * row + 1] =
        convertFieldLo(to, length, pins.lo(row), fillLo) ^ (pins.accountLo(row) & mask);
    }
    encryptMany(this.#targets, blocks, rows);
    pins.wipe(rows);
  }

  /** The reply code of a row as a number. */
  error(row: number): number {
    return this.#errors[row]!;
  }

  pinLength(row: number): number {
    return this.#pins.lengths[row]!;
  }

  blockHi(row: number): number {
    return this.#blocks[2 * row]!;
  }

  blockLo(row: number): number {
    return this.#blocks[2 * row + 1]!;
  }
}

const NO_RANDOM = new Int32Array(0);
