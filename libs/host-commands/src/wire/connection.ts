/**
 * One connection of a port that serves frames: reading, the messages of a chunk, replies in order, and
 * the limits of one client.
 */
import type { Socket } from 'node:net';
import { FrameReader, MAX_FRAME_BYTES, type TakeFrame } from './framing.js';
import type { Replies } from './replies.js';

export interface WireLimits {
  readonly frameBytes: number;
  /** A frame that has begun is whole within this. */
  readonly frameMs: number;
  readonly idleMs: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Messages of one connection that wait for an answer; reading stops beyond. */
  readonly inFlight: number;
  /** Replies that the client does not take; then the connection is cut. */
  readonly unsentBytes: number;
  /** TLS handshakes of one address in a second. */
  readonly handshakesPerSecond: number;
}

export const WIRE_LIMITS: WireLimits = {
  frameBytes: MAX_FRAME_BYTES,
  frameMs: 5_000,
  idleMs: 300_000,
  connections: 1_024,
  connectionsPerAddress: 512,
  inFlight: 1_024,
  unsentBytes: 4 * 1024 * 1024,
  handshakesPerSecond: 20,
};

/**
 * Messages that arrived together: message i is buffer[from[i], end[i]). The places are good during the
 * call only; the buffer stays as it is.
 */
export interface Messages {
  readonly buffer: Buffer;
  readonly from: readonly number[];
  readonly end: readonly number[];
  readonly count: number;
}

/**
 * Writes a reply to each message, in order. An answer that takes its time gives all replies, with their
 * lengths (`framesOf`), later, and leaves `replies` alone.
 */
export type Answer = (messages: Messages, replies: Replies) => Promise<Buffer> | undefined;

export type WireEvent =
  | 'connected'
  | 'closed'
  | 'refused'
  | 'malformed'
  | 'slow'
  | 'unsent'
  | 'failed';

/** `Messages` while they are found. */
export interface FoundMessages {
  buffer: Buffer;
  readonly from: number[];
  readonly end: number[];
  count: number;
}

/** One client. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #inFlight = 0;
  #frameTimer: NodeJS.Timeout | undefined;
  #ending = false;
  /** Replies leave in the order of the messages, chunk after chunk. */
  #last: Promise<void> | undefined;
  readonly #keepPlace: TakeFrame;

  constructor(
    socket: Socket,
    readonly options: { readonly answer: Answer; readonly minBytes: number },
    readonly limits: WireLimits,
    readonly report: (event: WireEvent) => void,
    /** Of the port: one connection at a time is read and answered. */
    readonly messages: FoundMessages,
    readonly replies: Replies,
  ) {
    this.#socket = socket;
    this.#keepPlace = (buffer, from, end) => {
      messages.buffer = buffer;
      messages.from[messages.count] = from;
      messages.end[messages.count++] = end;
    };
    this.#reader = new FrameReader(options.minBytes, limits.frameBytes);
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(this.#frameTimer));
  }

  #take(chunk: Buffer): void {
    if (this.#ending) return;
    const { messages } = this;
    messages.count = 0;
    const fits = this.#reader.push(chunk, this.#keepPlace);
    const { count } = messages;
    if (count > 0) this.#answer(count);
    if (!fits) {
      this.report('malformed');
      this.#ending = true;
      this.#endAfterReplies();
      return;
    }
    if (this.#reader.waiting || this.#frameTimer !== undefined) this.#watchFrame(count > 0);
  }

  /** A frame that has begun must be whole in time, however slowly its bytes trickle in. */
  #watchFrame(progressed: boolean): void {
    if (!this.#reader.waiting || progressed) {
      clearTimeout(this.#frameTimer);
      this.#frameTimer = undefined;
    }
    if (this.#reader.waiting && this.#frameTimer === undefined) {
      this.#frameTimer = setTimeout(() => {
        this.report('slow');
        this.#socket.destroy();
      }, this.limits.frameMs);
      this.#frameTimer.unref();
    }
  }

  #answer(count: number): void {
    const { replies } = this;
    replies.clear();
    const later = this.options.answer(this.messages, replies);
    if (later === undefined && this.#last === undefined) {
      this.#send(replies.take());
      return;
    }
    this.#inFlight += count;
    if (this.#inFlight > this.limits.inFlight) this.#socket.pause();
    const before = this.#last ?? Promise.resolve();
    const sent: Promise<void> = Promise.all([later ?? replies.take(), before])
      .then(([ready]) => this.#send(ready))
      .catch(() => {
        this.report('failed');
        this.#socket.destroy();
      })
      .then(() => {
        this.#inFlight -= count;
        if (this.#inFlight <= this.limits.inFlight) this.#socket.resume();
        if (this.#last === sent) this.#last = undefined;
      });
    this.#last = sent;
  }

  #send(replies: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(replies);
    if (this.#socket.writableLength <= this.limits.unsentBytes) return;
    this.report('unsent');
    this.#socket.destroy();
  }

  #endAfterReplies(): void {
    void (this.#last ?? Promise.resolve()).then(() =>
      this.#socket.end(() => this.#socket.destroy()),
    );
  }

  /** Answers what has arrived, then closes; cut when the client does not take the end in a second. */
  async finish(): Promise<void> {
    this.#ending = true;
    await this.#last;
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => this.#socket.destroy(), 1_000);
      this.#socket.once('close', () => {
        clearTimeout(cut);
        resolve();
      });
      this.#socket.end(() => this.#socket.destroy());
    });
  }
}
