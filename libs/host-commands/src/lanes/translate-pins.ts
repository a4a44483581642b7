/** CA and CC for many messages: PIN blocks from terminal or zone key to zone key. */
import { type DesKey, encryptMany, takeRandom } from '@pinfold/crypto';
import { convertFieldHi, convertFieldLo, type IsoControl } from '@pinfold/pin';
import { KEY_ROLES } from '../device/key-roles.js';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost } from './lane.js';
import { controlAt, PinBlocks } from './pin-blocks.js';
import { decimal2 } from './words.js';

const DESTINATION = { row: KEY_ROLES.zpk, need: 'encrypt' } as const;
const NO_PIN = 20;
const PIN_TOO_LONG = 24;

export interface TranslationLaneOptions {
  readonly request: Layout;
  readonly role: 'tpk' | 'zpk';
  /** Whether the settings let a PIN go from one format to another. */
  readonly allowed: (from: IsoControl, to: IsoControl) => boolean;
}

export class TranslationLane implements Lane {
  readonly #host: LaneHost;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #source: { row: (typeof KEY_ROLES)['tpk' | 'zpk']; need: 'decrypt' };
  readonly #allowed: TranslationLaneOptions['allowed'];
  readonly #pins = new PinBlocks();
  readonly #targets: DesKey[] = [];
  readonly #formats = new Uint8Array(LANE_ROWS);
  readonly #codes = new Uint8Array(LANE_ROWS);
  readonly #longest = new Uint8Array(LANE_ROWS);
  readonly #errors = new Uint8Array(LANE_ROWS);
  /** New fields, then new blocks. */
  readonly #blocks = new Int32Array(2 * LANE_ROWS);
  #rows = 0;
  #needsRandom = false;

  constructor(host: LaneHost, { request, role, allowed }: TranslationLaneOptions) {
    this.#host = host;
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
    this.#source = { row: KEY_ROLES[role], need: 'decrypt' };
    this.#allowed = allowed;
  }

  clear(): void {
    this.#rows = 0;
    this.#needsRandom = false;
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const { tail, device } = this.#host;
    const { of, read } = this.#reader;
    const places = this.#places;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end)) return false;
    const account = of.account!;
    const control = controlAt(buffer, places[of.sourceFormat!]!);
    const to = controlAt(buffer, places[of.destinationFormat!]!);
    if (control === undefined || to === undefined || !this.#allowed(control, to)) return false;
    if (!PinBlocks.account(buffer, places[account]!, places[account + 1]!)) return false;
    const source = of.source!;
    const target = of.destination!;
    const { keys } = device;
    const { lmk } = tail;
    const key = keys.known(lmk, this.#source, buffer, places[source]!, places[source + 1]!);
    const other = keys.known(lmk, DESTINATION, buffer, places[target]!, places[target + 1]!);
    if (key?.tripleDes === undefined || other?.tripleDes === undefined) return false;
    const row = this.#rows++;
    const block = places[of.sourceBlock!]!;
    this.#pins.set(row, key.tripleDes, control, buffer, block, places[account]!);
    this.#targets[row] = other.tripleDes;
    this.#formats[row] = to;
    this.#codes[row] = decimal2(buffer, places[of.destinationFormat!]!);
    this.#longest[row] = decimal2(buffer, places[of.maxPinLength!]!);
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
      ? new Int32Array(Uint8Array.from(takeRandom(this.#host.device.random, 8 * rows)).buffer)
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

  write(row: number, replies: Replies): void {
    const error = this.#errors[row]!;
    replies.decimal2(error);
    if (error !== 0) return;
    replies.decimal2(this.#pins.lengths[row]!);
    replies.hex(this.#blocks[2 * row]!);
    replies.hex(this.#blocks[2 * row + 1]!);
    replies.decimal2(this.#codes[row]!);
  }
}

const NO_RANDOM = new Int32Array(0);
