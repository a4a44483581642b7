/** A0 for many messages: double-length DES keys under a variant LMK in scheme U, with check values. */
import { NewKeyBatch } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost, Tail } from './lane.js';

const ZERO = '0'.charCodeAt(0);
const SCHEME = 'U'.charCodeAt(0);
const CHECK_DIGITS = 6;
const TOKEN_WORDS = 4;

export class KeyLane implements Lane {
  readonly #tail: Tail;
  readonly #batch: NewKeyBatch;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;

  constructor({ module, tail }: LaneHost, { request }: { request: Layout }) {
    this.#tail = tail;
    this.#batch = new NewKeyBatch(module);
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
  }

  clear(): void {
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const tail = this.#tail;
    const { of, read } = this.#reader;
    const places = this.#places;
    // Derivation and export under another key take their ordinary way.
    if (at >= end || buffer[at] !== ZERO) return false;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end) || tail.lmk.kind !== 'variant') return false;
    if (buffer[places[of.schemeLmk!]!] !== SCHEME) return false;
    return this.#batch.add(tail.lmk, buffer, places[of.keyType!]!);
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    replies.decimal2(0);
    replies.byte(SCHEME);
    for (let word = 0; word < TOKEN_WORDS; word++) replies.hex(this.#batch.token(row, word));
    replies.hex(this.#batch.check(row), CHECK_DIGITS);
  }
}
