/** A0 for many messages: double-length DES keys under a variant LMK in scheme U, with check values. */
import { DesKey, encryptMany, hasEqualHalves, isWeakDesKey, takeRandom } from '@pinfold/crypto';
import { lmkKeyType, lmkPartKeys } from '@pinfold/keyblock';
import { wordAt } from '@pinfold/pin';
import type { VariantLmk } from '../device/lmk.js';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost } from './lane.js';

const KEY_BYTES = 16;
const ZERO = '0'.charCodeAt(0);
const SCHEME = 'U'.charCodeAt(0);
const CHECK_DIGITS = 6;
/** Key types there are: variants 0 to 9 of pairs 0 to F. */
const TYPES_MAX = 160;

type Halves = readonly [DesKey, DesKey];

export class KeyLane implements Lane {
  readonly #host: LaneHost;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  /** The LMK's ciphers for both halves of a key, by type. */
  readonly #ciphers = new Map<VariantLmk, Map<number, Halves>>();
  readonly #halves: Halves[] = [];
  readonly #tokens = new Int32Array(4 * LANE_ROWS);
  readonly #checks = new Int32Array(2 * LANE_ROWS);
  #rows = 0;

  constructor(host: LaneHost, { request }: { request: Layout }) {
    this.#host = host;
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
  }

  clear(): void {
    this.#rows = 0;
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const { tail } = this.#host;
    const { of, read } = this.#reader;
    const places = this.#places;
    // Export under another key takes its ordinary way.
    if (at >= end || buffer[at] !== ZERO) return false;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end) || tail.lmk.kind !== 'variant') return false;
    if (buffer[places[of.schemeLmk!]!] !== SCHEME) return false;
    const halves = this.#ciphersOf(tail.lmk, buffer, places[of.keyType!]!);
    if (halves === undefined) return false;
    this.#halves[this.#rows++] = halves;
    return true;
  }

  run(): void {
    const rows = this.#rows;
    const random = Uint8Array.from(takeRandom(this.#host.device.random, KEY_BYTES * rows));
    const keys: DesKey[] = [];
    const ciphers: DesKey[] = [];
    for (let row = 0; row < rows; row++) {
      const key = this.#keyFrom(random.subarray(KEY_BYTES * row, KEY_BYTES * (row + 1)));
      for (let i = 0; i < 4; i++) this.#tokens[4 * row + i] = wordAt(key, 4 * i);
      ciphers.push(...this.#halves[row]!);
      keys.push(DesKey.owning(key));
    }
    this.#checks.fill(0, 0, 2 * rows);
    encryptMany(keys, this.#checks, rows);
    encryptMany(ciphers, this.#tokens, 2 * rows);
    for (const key of keys) key.wipe();
  }

  write(row: number, replies: Replies): void {
    replies.decimal2(0);
    replies.byte(SCHEME);
    for (let i = 0; i < 4; i++) replies.hex(this.#tokens[4 * row + i]!);
    replies.hex(this.#checks[2 * row]!, CHECK_DIGITS);
  }

  /** Odd parity; other random bytes where the key is a weak one. */
  #keyFrom(bytes: Uint8Array): Uint8Array {
    for (;;) {
      for (let i = 0; i < KEY_BYTES; i++) bytes[i] = ODD[bytes[i]!]!;
      if (!isWeakDesKey(bytes) && !hasEqualHalves(bytes)) return bytes;
      bytes.set(takeRandom(this.#host.device.random, KEY_BYTES));
    }
  }

  #ciphersOf(lmk: VariantLmk, buffer: Uint8Array, at: number): Halves | undefined {
    const type = (buffer[at]! << 16) | (buffer[at + 1]! << 8) | buffer[at + 2]!;
    let known = this.#ciphers.get(lmk);
    if (known === undefined) {
      known = new Map();
      this.#ciphers.set(lmk, known);
    }
    const held = known.get(type);
    if (held !== undefined || known.size >= TYPES_MAX) return held;
    const row = lmkKeyType(Buffer.from(buffer.subarray(at, at + 3)).toString('latin1'));
    const pair = row === undefined ? undefined : lmk.pairs[row.pair];
    if (row === undefined || pair === undefined) return undefined;
    const halves = lmkPartKeys({ pair, variant: row.variant, scheme: 'U' }) as [DesKey, DesKey];
    known.set(type, halves);
    return halves;
  }
}

/** Each byte with odd parity. */
const ODD = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1;
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
});
