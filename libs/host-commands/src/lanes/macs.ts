/** M6 and M8 for many messages: MACs of one block (ISO 9797-1 algorithms 1 and 3), made or verified. */
import { type DesKey, iso9797MacPlaces } from '@pinfold/crypto';
import { equalWords } from '@pinfold/pin';
import { KEY_ROLES } from '../device/key-roles.js';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost } from './lane.js';
import { hexWord } from './words.js';

const WRONG = 1;
const ZERO = '0'.charCodeAt(0);
const HEXADECIMAL = '1'.charCodeAt(0);
const CMAC = '6'.charCodeAt(0);
const SINGLE_BYTES = 8;
const BLOCK = 8;

/** Messages of one algorithm. */
class Group {
  rows = 0;
  readonly keys: DesKey[] = [];
  readonly buffers: Uint8Array[] = [];
  readonly from = new Int32Array(LANE_ROWS);
  readonly to = new Int32Array(LANE_ROWS);
  readonly paddings = new Uint8Array(LANE_ROWS);
  /** Row of the lane. */
  readonly row = new Int32Array(LANE_ROWS);
  readonly macs = new Int32Array(2 * LANE_ROWS);

  constructor(readonly algorithm: 1 | 3) {}
}

export class MacLane implements Lane {
  readonly #host: LaneHost;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #verifies: boolean;
  readonly #shortAllowed: boolean;
  readonly #uses: Record<
    'tak' | 'zak',
    { row: (typeof KEY_ROLES)['tak' | 'zak']; need: 'generate' | 'verify' }
  >;
  readonly #groups = [new Group(1), new Group(3)] as const;
  readonly #macs = new Int32Array(2 * LANE_ROWS);
  /** The MACs that M8 was given, right-justified zeros after 8 digits. */
  readonly #given = new Int32Array(2 * LANE_ROWS);
  readonly #short = new Uint8Array(LANE_ROWS);
  #rows = 0;

  constructor(host: LaneHost, { request, verifies }: { request: Layout; verifies: boolean }) {
    this.#host = host;
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
    this.#verifies = verifies;
    this.#shortAllowed = !host.device.settings.has('no-short-macs');
    const need = verifies ? 'verify' : 'generate';
    this.#uses = { tak: { row: KEY_ROLES.tak, need }, zak: { row: KEY_ROLES.zak, need } };
  }

  clear(): void {
    this.#rows = 0;
    for (const group of this.#groups) group.rows = 0;
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const { tail, device } = this.#host;
    const { of, read } = this.#reader;
    const places = this.#places;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end)) return false;
    const algorithm = buffer[places[of.algorithm!]!]!;
    const padding = buffer[places[of.padding!]!]! - ZERO;
    const short = buffer[places[of.macSize!]!] === ZERO;
    // Parts of a message, text in digits, CMAC and padding 3 go the ordinary way.
    if (buffer[places[of.mode!]!] !== ZERO || algorithm === CMAC || padding === 3) return false;
    if (buffer[places[of.inputFormat!]!] === HEXADECIMAL || (short && !this.#shortAllowed)) {
      return false;
    }
    const use = this.#useOf(buffer, places[of.keyType!]!);
    const from = places[of.message!]!;
    const to = places[of.message! + 1]!;
    if (use === undefined) return false;
    if (padding === 0 && (from === to || (to - from) % BLOCK !== 0)) return false;
    const token = of.key!;
    const { keys } = device;
    const key = keys.known(tail.lmk, use, buffer, places[token]!, places[token + 1]!)?.tripleDes;
    if (key === undefined) return false;
    const group = this.#groups[algorithm === ZERO + 1 ? 0 : 1];
    if (group.algorithm === 3 && key.lengthBytes === SINGLE_BYTES) return false;
    const row = this.#rows++;
    const i = group.rows++;
    this.#short[row] = short ? 1 : 0;
    group.row[i] = row;
    group.keys[i] = key;
    group.buffers[i] = buffer;
    group.from[i] = from;
    group.to[i] = to;
    group.paddings[i] = padding;
    if (this.#verifies) {
      const given = places[of.mac!]!;
      this.#given[2 * row] = hexWord(buffer, given);
      this.#given[2 * row + 1] = short ? 0 : hexWord(buffer, given + 8);
    }
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

  write(row: number, replies: Replies): void {
    const hi = this.#macs[2 * row]!;
    const lo = this.#macs[2 * row + 1]!;
    if (this.#verifies) {
      const right = equalWords(hi, lo, this.#given[2 * row]!, this.#given[2 * row + 1]!);
      replies.decimal2(right === 1 ? 0 : WRONG);
      return;
    }
    replies.decimal2(0);
    replies.hex(hi);
    if (this.#short[row] === 0) replies.hex(lo);
  }

  /** 003 is a TAK, 008 a ZAK, FFF with key blocks either: its usages are the same. */
  #useOf(buffer: Uint8Array, at: number) {
    const type = (buffer[at]! << 16) | (buffer[at + 1]! << 8) | buffer[at + 2]!;
    if (type === TAK) return this.#uses.tak;
    return type === ZAK || type === BLOCK_KEY ? this.#uses.zak : undefined;
  }
}

const typeOf = (text: string): number =>
  (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
const TAK = typeOf('003');
const ZAK = typeOf('008');
const BLOCK_KEY = typeOf('FFF');
