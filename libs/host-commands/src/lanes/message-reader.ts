/** The messages of a lane's command, one at a time: where the fields of the last one stand. */
import type { Lmk } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Tail } from './lane.js';

export class MessageReader {
  /** Index of a field's beginning in the places; its end is the next number. */
  readonly of: PlacesReader['of'];
  /** Where the fields stand in `buffer`. */
  readonly places: Int32Array;
  /** The bytes that the message came in. */
  buffer: Buffer = Buffer.alloc(0);
  readonly #tail: Tail;
  readonly #read: PlacesReader['read'];

  constructor(tail: Tail, request: Layout) {
    const { of, size, read } = compilePlaces(request);
    this.of = of;
    this.places = new Int32Array(size);
    this.#tail = tail;
    this.#read = read;
  }

  /** The LMK of the message; at first the one of messages that name none. */
  get lmk(): Lmk {
    return this.#tail.lmk;
  }

  /** Reads buffer[at, end), fields and what follows them; false where the ordinary logic must. */
  read(buffer: Buffer, at: number, end: number): boolean {
    const stop = this.#read(buffer, at, end, this.places);
    if (stop < 0 || !this.#tail.read(buffer, stop, end)) return false;
    this.buffer = buffer;
    return true;
  }
}
