/** One connection of a port that serves frames, within the limits of one client. */
import type { Socket } from 'node:net';
import { FrameReader, MAX_FRAME_BYTES } from './framing.js';
import type { Inlet, ReplySink } from './messages.js';

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

export type WireEvent =
  | 'connected'
  | 'closed'
  | 'refused'
  | 'malformed'
  | 'slow'
  | 'unsent'
  | 'failed';

export interface ConnectionOptions {
  /** Shortest message: header and command. */
  readonly minBytes: number;
  readonly limits: WireLimits;
  readonly inlet: Inlet;
  readonly report: (event: WireEvent) => void;
}

/** How long a client may take the end of its connection. */
const END_MS = 1_000;
/** How long an end waits for answers that take seconds. */
const ANSWERS_MS = 10_000;

export class Connection implements ReplySink {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader: FrameReader;
  #frameTimer: NodeJS.Timeout | undefined;
  #paused = false;
  #ending = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    const { minBytes, limits } = options;
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader(minBytes, limits.frameBytes);
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    // A client that says no more still has its answers.
    socket.once('end', () => void this.finish());
    socket.once('close', () => clearTimeout(this.#frameTimer));
  }

  send(replies: Buffer): void {
    const { limits, report } = this.#options;
    if (this.#socket.destroyed) return;
    this.#socket.write(replies);
    if (this.#socket.writableLength <= limits.unsentBytes) return;
    report('unsent');
    this.#socket.destroy();
  }

  fail(): void {
    this.#options.report('failed');
    this.#socket.destroy();
  }

  pause(): void {
    this.#paused = true;
    this.#stopWatching();
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
    if (this.#reader.waiting) this.#watchFrame(true);
  }

  /** Answers what has arrived, then closes; cut when the client does not take the end in time. */
  async finish(): Promise<void> {
    this.#ending = true;
    await Promise.race([this.#options.inlet.settled(this), after(ANSWERS_MS)]);
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => this.#socket.destroy(), END_MS);
      this.#socket.once('close', () => {
        clearTimeout(cut);
        resolve();
      });
      this.#socket.end(() => this.#socket.destroy());
    });
  }

  #take(chunk: Buffer): void {
    if (this.#ending) return;
    const { inlet, report } = this.#options;
    inlet.begin(this);
    const fits = this.#reader.push(chunk, inlet.place);
    const count = inlet.end();
    if (!fits) {
      report('malformed');
      void this.finish();
      return;
    }
    if (this.#reader.waiting || this.#frameTimer !== undefined) this.#watchFrame(count > 0);
  }

  /** A frame that has begun must be whole in time, however slowly its bytes trickle in. */
  #watchFrame(progressed: boolean): void {
    if (!this.#reader.waiting || progressed) this.#stopWatching();
    // While nothing is read from the client, its time does not run.
    if (this.#reader.waiting && this.#frameTimer === undefined && !this.#paused) {
      const timer = setTimeout(() => {
        // What has arrived is read first: a round of long commands may have held the loop for so long.
        setImmediate(() => {
          if (this.#frameTimer !== timer) return;
          this.#options.report('slow');
          this.#socket.destroy();
        });
      }, this.#options.limits.frameMs);
      this.#frameTimer = timer.unref();
    }
  }

  #stopWatching(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
  }
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
