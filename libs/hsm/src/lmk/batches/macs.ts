/** MACs of one block (ISO 9797-1 algorithms 1 and 3), many at once, made or compared. */
import { type DesKey, iso9797MacPlaces } from '@pinfold/crypto';
import { equalWords } from '@pinfold/pin';
import { KEY_ROLES } from '../key-roles.js';
import type { Lmk } from '../lmk.js';
import type { LmkDevice } from '../lmk-device.js';
import { BATCH_ROWS } from './rows.js';

const SINGLE_BYTES = 8;

/** Messages of one algorithm. */
class Group {
  rows = 0;
  readonly keys: DesKey[] = [];
  readonly buffers: Uint8Array[] = [];
  readonly from = new Int32Array(BATCH_ROWS);
  readonly to = new Int32Array(BATCH_ROWS);
  readonly paddings = new Uint8Array(BATCH_ROWS);
  /** Row of the batch. */
  readonly row = new Int32Array(BATCH_ROWS);
  readonly macs = new Int32Array(2 * BATCH_ROWS);

  constructor(readonly algorithm: 1 | 3) {}
}

/** What one message brings. Used again for the next. */
export interface MacRow {
  lmk: Lmk;
  buffer: Uint8Array;
  role: 'tak' | 'zak';
  keyFrom: number;
  keyTo: number;
  algorithm: 1 | 3;
  /** Padding method, 0 none. */
  padding: number;
  /** The message in the buffer. */
  from: number;
  to: number;
  /** Eight digits of the MAC in place of sixteen. */
  short: boolean;
  /** The MAC to compare with; low word zero where it is short. */
  givenHi: number;
  givenLo: number;
}

export class MacBatch {
  readonly #device: LmkDevice;
  readonly #shortAllowed: boolean;
  readonly #uses: Record<
    'tak' | 'zak',
    { row: (typeof KEY_ROLES)['tak' | 'zak']; need: 'generate' | 'verify' }
  >;
  readonly #groups = [new Group(1), new Group(3)] as const;
  readonly #macs = new Int32Array(2 * BATCH_ROWS);
  readonly #given = new Int32Array(2 * BATCH_ROWS);
  readonly #short = new Uint8Array(BATCH_ROWS);
  #rows = 0;

  constructor(device: LmkDevice, need: 'generate' | 'verify') {
    this.#device = device;
    this.#shortAllowed = !device.settings.has('no-short-macs');
    this.#uses = { tak: { row: KEY_ROLES.tak, need }, zak: { row: KEY_ROLES.zak, need } };
  }

  clear(): void {
    this.#rows = 0;
    for (const group of this.#groups) group.rows = 0;
  }

  /** False where a setting refuses it, the key is not open yet, or may not be used so. */
  add(o: MacRow): boolean {
    if (o.short && !this.#shortAllowed) return false;
    const use = this.#uses[o.role];
    const key = this.#device.keys.known(o.lmk, use, o.buffer, o.keyFrom, o.keyTo)?.tripleDes;
    if (key === undefined) return false;
    if (o.algorithm === 3 && key.lengthBytes === SINGLE_BYTES) return false;
    const group = this.#groups[o.algorithm === 1 ? 0 : 1];
    const row = this.#rows++;
    const i = group.rows++;
    this.#short[row] = o.short ? 1 : 0;
    this.#given[2 * row] = o.givenHi;
    this.#given[2 * row + 1] = o.givenLo;
    group.row[i] = row;
    group.keys[i] = key;
    group.buffers[i] = o.buffer;
    group.from[i] = o.from;
    group.to[i] = o.to;
    group.paddings[i] = o.padding;
    return true;
  }

  run(): void {
    for (const group of this.#groups) {
      if (group.rows === 0) continue;
      iso9797MacPlaces(group, group.rows, group.macs);
      group.buffers.length = 0;
      for (let i = 0; i < group.rows; i++) {
        const row = group.row[i]!;
        this.#macs[2 * row] = group.macs[2 * i]!;
        this.#macs[2 * row + 1] = this.#short[row] === 1 ? 0 : group.macs[2 * i + 1]!;
      }
    }
  }

  /** Whether the MAC of a row is the given one, in a time that does not tell where it differs. */
  isRight(row: number): boolean {
    const macs = this.#macs;
    const given = this.#given;
    const at = 2 * row;
    return equalWords(macs[at]!, macs[at + 1]!, given[at]!, given[at + 1]!) === 1;
  }

  isShort(row: number): boolean {
    return this.#short[row] === 1;
  }

  macHi(row: number): number {
    return this.#macs[2 * row]!;
  }

  macLo(row: number): number {
    return this.#macs[2 * row + 1]!;
  }
}
