/**
 * One TCP or TLS connection as a line of whole messages, within limits: a frame has a size known
 * before it is kept and a time in which it must be whole; silence and an unread write buffer end the
 * connection. What is wrong with a frame ends it too, for the stream has no known place any more.
 */
import type { Socket } from 'node:net';
import { type Frame, FrameSplitter, type Framing, frame } from '@pinfold/iso8583';
import type { CloseReason } from './close-reasons.js';
import type { LineLimits } from './limits.js';

/** Ends with nobody at the other side who would take what is left. */
const AT_ONCE: ReadonlySet<CloseReason> = new Set(['write-buffer', 'idle', 'unanswered']);

export interface LineSocketOptions {
  readonly framing: Framing;
  readonly limits: LineLimits;
  /** All frames that came whole together. */
  readonly onFrames: (frames: readonly Frame[]) => void;
  /** The other side says no more, and may still listen. */
  readonly onEnd: () => void;
  readonly onClose: (reason: CloseReason) => void;
}

export class LineSocket {
  readonly #socket: Socket;
  readonly #options: LineSocketOptions;
  readonly #splitter: FrameSplitter;
  #frameTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #reason: CloseReason = 'ended';

  constructor(socket: Socket, options: LineSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#splitter = new FrameSplitter(options.framing);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.setTimeout(options.limits.idleMs, () => this.close('idle'));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', options.onEnd);
    socket.on('error', () => {
      this.#reason = this.#reason === 'ended' ? 'error' : this.#reason;
    });
    socket.on('close', () => {
      clearTimeout(this.#frameTimer);
      clearTimeout(this.#lingerTimer);
      options.onClose(this.#reason);
    });
  }

  get open(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** False when the connection is gone, or goes because nobody takes what it sends. */
  send(message: Uint8Array, header?: Uint8Array): boolean {
    if (!this.open) return false;
    const { framing, limits } = this.#options;
    const own =
      header === undefined ? new Uint8Array(framing.headerBytes) : Uint8Array.from(header);
    this.#socket.write(frame(message, framing, own));
    if (this.#socket.writableLength <= limits.writeBufferBytes) return true;
    this.close('write-buffer');
    return false;
  }

  /** Several frames leave in one write between these two. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
  }

  resume(): void {
    this.#socket.resume();
    this.#watchFrame(false);
  }

  /** Nothing more is read. What was sent before still goes out where the other side takes it. */
  close(reason: CloseReason): void {
    if (this.#socket.destroyed) return;
    if (this.#reason === 'ended') this.#reason = reason;
    this.#socket.destroySoon();
    if (AT_ONCE.has(reason)) this.#socket.destroy();
    else
      this.#lingerTimer ??= setTimeout(() => this.#socket.destroy(), this.#options.limits.lingerMs);
  }

  #receive(chunk: Buffer): void {
    if (this.#socket.writableEnded) return;
    const pushed = this.#splitter.push(chunk);
    if (!pushed.ok) {
      this.close('frame-refused');
      return;
    }
    if (pushed.value.length > 0) this.#options.onFrames(pushed.value);
    this.#watchFrame(pushed.value.length > 0);
  }

  /** A frame that has begun must be whole in time; a new one gets a new time. */
  #watchFrame(anew: boolean): void {
    const begun = this.#splitter.pendingBytes > 0;
    if (anew || !begun) {
      clearTimeout(this.#frameTimer);
      this.#frameTimer = undefined;
    }
    if (!begun || this.#frameTimer !== undefined || this.#socket.isPaused()) return;
    this.#frameTimer = setTimeout(() => this.close('frame-late'), this.#options.limits.frameMs);
  }
}
