/** M6 and M8 for many messages: MACs of one block (ISO 9797-1 algorithms 1 and 3), made or verified. */
import { MacBatch, type MacRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost, Tail } from './lane.js';
import { hexWord } from './words.js';

const WRONG = 1;
const ZERO = '0'.charCodeAt(0);
const HEXADECIMAL = '1'.charCodeAt(0);
const CMAC = '6'.charCodeAt(0);
const BLOCK = 8;

export class MacLane implements Lane {
  readonly #tail: Tail;
  readonly #batch: MacBatch;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #verifies: boolean;
  readonly #row: MacRow;

  constructor(
    { module, tail }: LaneHost,
    { request, verifies }: { request: Layout; verifies: boolean },
  ) {
    this.#tail = tail;
    this.#batch = new MacBatch(module, verifies ? 'verify' : 'generate');
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
    this.#verifies = verifies;
    this.#row = {
      lmk: tail.lmk,
      buffer: new Uint8Array(),
      role: 'tak',
      keyFrom: 0,
      keyTo: 0,
      algorithm: 1,
      padding: 0,
      from: 0,
      to: 0,
      short: false,
      givenHi: 0,
      givenLo: 0,
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
    const algorithm = buffer[places[of.algorithm!]!]!;
    const padding = buffer[places[of.padding!]!]! - ZERO;
    const role = roleAt(buffer, places[of.keyType!]!);
    const from = places[of.message!]!;
    const to = places[of.message! + 1]!;
    // Parts of a message, text in digits, CMAC and padding 3 go the ordinary way.
    if (buffer[places[of.mode!]!] !== ZERO || algorithm === CMAC || padding === 3) return false;
    if (buffer[places[of.inputFormat!]!] === HEXADECIMAL || role === undefined) return false;
    if (padding === 0 && (from === to || (to - from) % BLOCK !== 0)) return false;
    const row = this.#row;
    row.lmk = tail.lmk;
    row.buffer = buffer;
    row.role = role;
    row.keyFrom = places[of.key!]!;
    row.keyTo = places[of.key! + 1]!;
    row.algorithm = algorithm === ZERO + 1 ? 1 : 3;
    row.padding = padding;
    row.from = from;
    row.to = to;
    row.short = buffer[places[of.macSize!]!] === ZERO;
    if (this.#verifies) {
      const given = places[of.mac!]!;
      row.givenHi = hexWord(buffer, given);
      row.givenLo = row.short ? 0 : hexWord(buffer, given + 8);
    }
    return this.#batch.add(row);
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    const batch = this.#batch;
    if (this.#verifies) {
      replies.decimal2(batch.isRight(row) ? 0 : WRONG);
      return;
    }
    replies.decimal2(0);
    replies.hex(batch.macHi(row));
    if (!batch.isShort(row)) replies.hex(batch.macLo(row));
  }
}

/** 003 is a TAK, 008 a ZAK, FFF with key blocks either: its usages are the same. */
function roleAt(buffer: Uint8Array, at: number): 'tak' | 'zak' | undefined {
  const type = (buffer[at]! << 16) | (buffer[at + 1]! << 8) | buffer[at + 2]!;
  if (type === TAK) return 'tak';
  return type === ZAK || type === BLOCK_KEY ? 'zak' : undefined;
}

const typeOf = (text: string): number =>
  (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
const TAK = typeOf('003');
const ZAK = typeOf('008');
const BLOCK_KEY = typeOf('FFF');
