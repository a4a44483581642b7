/** A0 for many messages: double-length DES keys under a variant LMK in scheme U, with check values. */
import { NewKeyBatch } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost } from './lane.js';
import { MessageReader } from './message-reader.js';

const ZERO = '0'.charCodeAt(0);
const SCHEME = 'U'.charCodeAt(0);
const CHECK_DIGITS = 6;
const TOKEN_WORDS = 4;

export class KeyLane implements Lane {
  readonly #batch: NewKeyBatch;
  readonly #message: MessageReader;

  constructor({ module, tail }: LaneHost, { request }: { request: Layout }) {
    this.#batch = new NewKeyBatch(module);
    this.#message = new MessageReader(tail, request);
  }

  clear(): void {
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const message = this.#message;
    // Derivation and export under another key take their ordinary way.
    if (at >= end || buffer[at] !== ZERO) return false;
    if (!message.read(buffer, at, end) || message.lmk.kind !== 'variant') return false;
    const { of, places } = message;
    if (buffer[places[of.schemeLmk!]!] !== SCHEME) return false;
    return this.#batch.add(message.lmk, buffer, places[of.keyType!]!);
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
