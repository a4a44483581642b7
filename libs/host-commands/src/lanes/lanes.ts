/**
 * Messages that arrived together, answered in order: those of commands with a lane go through it, all
 * others by the device's ordinary way. Lanes run first, so that no key leaves the cache between its
 * look-up and its use.
 */

import type { LmkDevice } from '@pinfold/hsm';
import type { ReadyCommand } from '../declare.js';
import type { Messages } from '../wire/messages.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, Tail } from './lane.js';

/** What a lane's reply can have at most beside header and trailer: a key, a check value, an error. */
const REPLY_MAX = 256;

interface Open {
  readonly code: string;
  readonly reply: readonly [number, number];
  readonly lane: Lane;
  rows: number;
}

export interface LanesOptions {
  readonly module: LmkDevice;
  readonly headerLength: number;
  readonly commands: Iterable<ReadyCommand>;
  /** The reply to the message text[from, to) in the ordinary way; later for what takes seconds. */
  readonly ordinary: (text: string, from: number, to: number) => string | Promise<string>;
  /** A bug in a lane: its messages are answered in the ordinary way. */
  readonly failed: (code: string, error: unknown) => void;
  /** So many commands of a code were answered by a lane. */
  readonly count: (code: string, many: number) => void;
}

export class Lanes {
  readonly #options: LanesOptions;
  readonly #tail: Tail;
  readonly #lanes: Open[] = [];
  /** Number of a lane by the two letters of its command; 0 for none. */
  readonly #byCode = new Uint8Array(65_536);
  /** Of each message: its lane (0 for none), the row in it, where its trailer begins. */
  readonly #lane = new Uint8Array(LANE_ROWS);
  readonly #row = new Int32Array(LANE_ROWS);
  readonly #trailer = new Int32Array(LANE_ROWS);
  /** The buffer whose text is at hand: once for all of its messages. */
  #read: Buffer | undefined;
  #text = '';

  constructor(options: LanesOptions) {
    this.#options = options;
    const { module, commands } = options;
    this.#tail = new Tail(module);
    for (const { code, replyCode, lane } of commands) {
      if (lane === undefined) continue;
      this.#lanes.push({
        code,
        reply: [replyCode.charCodeAt(0), replyCode.charCodeAt(1)],
        lane: lane({ module, tail: this.#tail }),
        rows: 0,
      });
      this.#byCode[(code.charCodeAt(0) << 8) | code.charCodeAt(1)] = this.#lanes.length;
    }
  }

  answer(messages: Messages, replies: Replies): void {
    const { count } = messages;
    for (let first = 0; first < count; first += LANE_ROWS) {
      const last = Math.min(count, first + LANE_ROWS);
      if (this.#take(messages, first, last)) this.#run(last - first);
      this.#write(messages, first, last, replies);
    }
    this.#read = undefined;
    this.#text = '';
  }

  /** Whether any message went to a lane. */
  #take({ buffers, from, end }: Messages, first: number, last: number): boolean {
    const { headerLength, module } = this.#options;
    let any = false;
    if (module.shut !== undefined) {
      this.#lane.fill(0, 0, last - first);
      return false;
    }
    for (let i = first; i < last; i++) {
      const buffer = buffers[i]!;
      const codeAt = from[i]! + headerLength;
      const number = this.#byCode[(buffer[codeAt]! << 8) | buffer[codeAt + 1]!]!;
      const open = number === 0 ? undefined : this.#lanes[number - 1]!;
      this.#lane[i - first] = 0;
      if (open === undefined) continue;
      if (open.rows === 0) open.lane.clear();
      if (!open.lane.take(buffer, codeAt + 2, end[i]!)) continue;
      this.#lane[i - first] = number;
      this.#row[i - first] = open.rows++;
      this.#trailer[i - first] = this.#tail.trailer;
      any = true;
    }
    return any;
  }

  #run(messages: number): void {
    this.#lanes.forEach((open, i) => {
      if (open.rows === 0) return;
      try {
        open.lane.run();
        this.#options.count(open.code, open.rows);
      } catch (error) {
        this.#options.failed(open.code, error);
        for (let m = 0; m < messages; m++) if (this.#lane[m] === i + 1) this.#lane[m] = 0;
      }
      open.rows = 0;
    });
  }

  #write({ buffers, from, end }: Messages, first: number, last: number, replies: Replies): void {
    const { headerLength, ordinary } = this.#options;
    for (let i = first; i < last; i++) {
      const buffer = buffers[i]!;
      const number = this.#lane[i - first]!;
      if (number === 0) {
        if (buffer !== this.#read) {
          this.#read = buffer;
          this.#text = buffer.toString('latin1');
        }
        const reply = ordinary(this.#text, from[i]!, end[i]!);
        if (typeof reply === 'string') replies.text(reply);
        else replies.later(reply);
        continue;
      }
      const { reply, lane } = this.#lanes[number - 1]!;
      replies.begin(headerLength + REPLY_MAX);
      replies.copy(buffer, from[i]!, from[i]! + headerLength);
      replies.byte(reply[0]);
      replies.byte(reply[1]);
      lane.write(this.#row[i - first]!, replies);
      replies.copy(buffer, this.#trailer[i - first]!, end[i]!);
      replies.end();
    }
  }
}
