/** DC and EC for many messages: PINs verified by Visa PVV. */
import { type DesKey, encryptMany } from '@pinfold/crypto';
import { equalWords, firstFourDigits, pvvOfWords } from '@pinfold/pin';
import { KEY_ROLES } from '../device/key-roles.js';
import type { Layout } from '../layout/nodes.js';
import { compilePlaces, type PlacesReader } from '../layout/places.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost } from './lane.js';
import { controlAt, PinBlocks } from './pin-blocks.js';
import { packedDigits } from './words.js';

const PVK = { row: KEY_ROLES.pvk, need: 'verify' } as const;
const PVK_PAIR_BYTES = 16;
const WRONG = 1;
const NO_PIN = 20;

export class PvvLane implements Lane {
  readonly #host: LaneHost;
  readonly #reader: PlacesReader;
  readonly #places: Int32Array;
  readonly #pinKey: { row: (typeof KEY_ROLES)['tpk' | 'zpk']; need: 'decrypt' };
  readonly #pins = new PinBlocks();
  readonly #pvks: DesKey[] = [];
  readonly #pvvs = new Int32Array(LANE_ROWS);
  readonly #errors = new Uint8Array(LANE_ROWS);
  /** Transformed security parameters, without the PIN at first. */
  readonly #blocks = new Int32Array(2 * LANE_ROWS);
  #rows = 0;

  constructor(host: LaneHost, { request, role }: { request: Layout; role: 'tpk' | 'zpk' }) {
    this.#host = host;
    this.#reader = compilePlaces(request);
    this.#places = new Int32Array(this.#reader.size);
    this.#pinKey = { row: KEY_ROLES[role], need: 'decrypt' };
  }

  clear(): void {
    this.#rows = 0;
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const { tail, device } = this.#host;
    const { of, read } = this.#reader;
    const places = this.#places;
    const stop = read(buffer, at, end, places);
    if (stop < 0 || !tail.read(buffer, stop, end)) return false;
    const control = controlAt(buffer, places[of.format!]!);
    const account = places[of.account!]!;
    if (control === undefined) return false;
    if (!PinBlocks.account(buffer, account, places[of.account! + 1]!)) return false;
    const pin = of.pinKey!;
    const pvk = of.pvk!;
    const { keys } = device;
    const { lmk } = tail;
    const key = keys.known(lmk, this.#pinKey, buffer, places[pin]!, places[pin + 1]!)?.tripleDes;
    const pair = keys.known(lmk, PVK, buffer, places[pvk]!, places[pvk + 1]!)?.tripleDes;
    if (key === undefined || pair?.lengthBytes !== PVK_PAIR_BYTES) return false;
    const row = this.#rows++;
    this.#pins.set(row, key, control, buffer, places[of.pinBlock!]!, account);
    this.#pvks[row] = pair;
    this.#pvvs[row] = packedDigits(buffer, places[of.pvv!]!, 4);
    // Eleven digits of the account, the PVK indicator, four digits of the PIN.
    const pvki = packedDigits(buffer, places[of.pvki!]!, 1);
    this.#blocks[2 * row] = packedDigits(buffer, account + 1, 8);
    this.#blocks[2 * row + 1] = (packedDigits(buffer, account + 9, 3) << 20) | (pvki << 16);
    return true;
  }

  run(): void {
    const rows = this.#rows;
    const pins = this.#pins;
    const blocks = this.#blocks;
    pins.open(rows);
    for (let row = 0; row < rows; row++) blocks[2 * row + 1]! |= firstFourDigits(pins.hi(row));
    encryptMany(this.#pvks, blocks, rows);
    for (let row = 0; row < rows; row++) {
      const pvv = pvvOfWords(blocks[2 * row]!, blocks[2 * row + 1]!);
      const right = equalWords(0, pvv, 0, this.#pvvs[row]!);
      this.#errors[row] = pins.lengths[row] === 0 ? NO_PIN : right === 1 ? 0 : WRONG;
    }
    blocks.fill(0, 0, 2 * rows);
    pins.wipe(rows);
  }

  write(row: number, replies: Replies): void {
    replies.decimal2(this.#errors[row]!);
  }
}
