/** DC and EC for many messages: PINs verified by Visa PVV. */
import { PvvBatch, type PvvRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost, Tail } from './lane.js';
import { controlAt, isAccount, readBlock } from './pin-block-fields.js';
import { packedDigits } from './words.js';

export class PvvLane implements Lane {
  readonly #tail: Tail;
  readonly #batch: PvvBatch;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #row: PvvRow;

  constructor(
    { module, tail }: LaneHost,
    { request, role }: { request: Layout; role: 'tpk' | 'zpk' },
  ) {
    this.#tail = tail;
    this.#batch = new PvvBatch(module, role);
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
      pvkFrom: 0,
      pvkTo: 0,
      pvv: 0,
      parameterHi: 0,
      parameterLo: 0,
    };
  }

  clear(): void {
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const tail = this.#tail;
    const { of, read } = this.#reader;
    const places = this.#places;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end)) return false;
    const control = controlAt(buffer, places[of.format!]!);
    const account = places[of.account!]!;
    if (control === undefined || !isAccount(buffer, account, places[of.account! + 1]!)) {
      return false;
    }
    const row = this.#row;
    row.lmk = tail.lmk;
    row.buffer = buffer;
    row.control = control;
    row.keyFrom = places[of.pinKey!]!;
    row.keyTo = places[of.pinKey! + 1]!;
    row.pvkFrom = places[of.pvk!]!;
    row.pvkTo = places[of.pvk! + 1]!;
    readBlock(row, places[of.pinBlock!]!, account);
    row.pvv = packedDigits(buffer, places[of.pvv!]!, 4);
    // Eleven digits of the account, the PVK indicator, four digits of the PIN.
    const pvki = packedDigits(buffer, places[of.pvki!]!, 1);
    row.parameterHi = packedDigits(buffer, account + 1, 8);
    row.parameterLo = (packedDigits(buffer, account + 9, 3) << 20) | (pvki << 16);
    return this.#batch.add(row);
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    replies.decimal2(this.#batch.error(row));
  }
}
