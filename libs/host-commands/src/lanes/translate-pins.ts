/** CA and CC for many messages: PIN blocks from terminal or zone key to zone key. */
import { TranslationBatch, type TranslationRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost, type Tail } from './lane.js';
import { controlAt, isAccount, readBlock } from './pin-block-fields.js';
import { decimal2 } from './words.js';

export class TranslationLane implements Lane {
  readonly #tail: Tail;
  readonly #batch: TranslationBatch;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #row: TranslationRow;
  /** Format codes of the new blocks, as they are sent back. */
  readonly #codes = new Uint8Array(LANE_ROWS);
  #rows = 0;

  constructor(
    { module, tail }: LaneHost,
    { request, role }: { request: Layout; role: 'tpk' | 'zpk' },
  ) {
    this.#tail = tail;
    this.#batch = new TranslationBatch(module, role);
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
    this.#row = {
      lmk: tail.lmk,
      buffer: new Uint8Array(),
      keyFrom: 0,
      keyTo: 0,
      control: 0,
      blockHi: 0,
      blockLo: 0,
      accountHi: 0,
      accountLo: 0,
      destinationFrom: 0,
      destinationTo: 0,
      to: 0,
      longest: 0,
    };
  }

  clear(): void {
    this.#rows = 0;
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const tail = this.#tail;
    const { of, read } = this.#reader;
    const places = this.#places;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end)) return false;
    const control = controlAt(buffer, places[of.sourceFormat!]!);
    const to = controlAt(buffer, places[of.destinationFormat!]!);
    const account = places[of.account!]!;
    if (control === undefined || to === undefined) return false;
    if (!isAccount(buffer, account, places[of.account! + 1]!)) return false;
    const row = this.#row;
    row.lmk = tail.lmk;
    row.buffer = buffer;
    row.control = control;
    row.to = to;
    row.longest = decimal2(buffer, places[of.maxPinLength!]!);
    row.keyFrom = places[of.source!]!;
    row.keyTo = places[of.source! + 1]!;
    row.destinationFrom = places[of.destination!]!;
    row.destinationTo = places[of.destination! + 1]!;
    readBlock(row, places[of.sourceBlock!]!, account);
    if (!this.#batch.add(row)) return false;
    this.#codes[this.#rows++] = decimal2(buffer, places[of.destinationFormat!]!);
    return true;
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    const batch = this.#batch;
    const error = batch.error(row);
    replies.decimal2(error);
    if (error !== 0) return;
    replies.decimal2(batch.pinLength(row));
    replies.hex(batch.blockHi(row));
    replies.hex(batch.blockLo(row));
    replies.decimal2(this.#codes[row]!);
  }
}
