/** M6 and M8 for many messages: MACs of one block (ISO 9797-1 algorithms 1 and 3), made or verified. */
import { MacBatch, type MacRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost } from './lane.js';
import { MessageReader } from './message-reader.js';
import { hexWord } from './words.js';

const WRONG = 1;
const ZERO = '0'.charCodeAt(0);
const HEXADECIMAL = '1'.charCodeAt(0);
const CMAC = '6'.charCodeAt(0);
const BLOCK = 8;

export class MacLane implements Lane {
  readonly #batch: MacBatch;
  readonly #message: MessageReader;
  readonly #verifies: boolean;
  readonly #row: MacRow;

  constructor(
    { module, tail }: LaneHost,
    { request, verifies }: { request: Layout; verifies: boolean },
  ) {
    this.#batch = new MacBatch(module, verifies ? 'verify' : 'generate');
    this.#message = new MessageReader(tail, request);
    this.#verifies = verifies;
    this.#row = {
      ...{ lmk: tail.lmk, buffer: new Uint8Array(), role: 'tak', keyFrom: 0, keyTo: 0 },
      ...{ algorithm: 1, padding: 0, from: 0, to: 0 },
      ...{ short: false, givenHi: 0, givenLo: 0 },
    };
  }

  clear(): void {
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const message = this.#message;
    if (!message.read(buffer, at, end)) return false;
    const { of, places } = message;
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
    row.lmk = message.lmk;
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
