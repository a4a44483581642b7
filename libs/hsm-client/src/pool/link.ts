/**
 * One connection to a host port, with many commands in flight: replies are matched by the message
 * header, which counts. A link that breaks fails everything that waits on it, once, and does not
 * come back: its owner makes a new one.
 */
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { FrameReader, frameOf } from '@pinfold/host-commands';
import { whenLate } from './when-late.js';

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  /** Client certificate and the authority of the server's; plain TCP without. */
  readonly tls?: Pick<ConnectionOptions, 'key' | 'cert' | 'ca' | 'servername'>;
  readonly connectMs?: number;
  /** Commands that wait for their reply at most. */
  readonly inFlight?: number;
  readonly frameBytes?: number;
}

/** No reply: the link broke, was never up, is full, the reply took too long, or says that it cannot. */
export class LinkError extends Error {
  override readonly name = 'LinkError';

  constructor(
    readonly reason: 'refused' | 'broken' | 'timeout' | 'full' | 'unhealthy',
    /** Whether the other side can have seen the command. */
    readonly sent: boolean,
  ) {
    super(`no reply from the HSM: ${reason}`);
  }
}

const HEADER = 4;
const HEADERS = 36 ** HEADER;

interface Waiting {
  readonly resolve: (reply: string) => void;
  readonly reject: (error: LinkError) => void;
  readonly inTime: () => void;
}

export class HsmLink {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #limit: number;
  #next = 0;
  #broken = false;
  #corked = false;
  readonly #whenBroken: (() => void)[] = [];

  private constructor(socket: Socket, options: LinkOptions) {
    this.#socket = socket;
    this.#limit = options.inFlight ?? 1_024;
    const reader = new FrameReader(HEADER + 4, options.frameBytes ?? 65_535);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk: Buffer) => {
      const sound = reader.push(chunk, (buffer, from, to) =>
        this.#take(buffer.toString('latin1', from, to)),
      );
      if (!sound) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#break());
  }

  /** @throws LinkError refused */
  static open(options: LinkOptions): Promise<HsmLink> {
    const { host, port, tls } = options;
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
    return new Promise((resolve, reject) => {
      const fail = () => {
        inTime();
        socket.destroy();
        reject(new LinkError('refused', false));
      };
      const inTime = whenLate(options.connectMs ?? 1_000, fail);
      socket.once('error', fail);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        inTime();
        socket.removeListener('error', fail);
        resolve(new HsmLink(socket, options));
      });
    });
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  get open(): boolean {
    return !this.#broken;
  }

  onBroken(tell: () => void): void {
    this.#whenBroken.push(tell);
  }

  /** The reply to a command (both without header). @throws LinkError */
  send(command: string, timeoutMs = 2_000): Promise<string> {
    if (this.#broken) return Promise.reject(new LinkError('broken', false));
    if (this.#waiting.size >= this.#limit) return Promise.reject(new LinkError('full', false));
    const header = this.#header();
    return new Promise((resolve, reject) => {
      const inTime = whenLate(timeoutMs, () => {
        this.#waiting.delete(header);
        reject(new LinkError('timeout', true));
      });
      this.#waiting.set(header, { resolve, reject, inTime });
      this.#write(frameOf(header + command));
    });
  }

  /** What is sent in one turn leaves in one write of the socket. */
  #write(frame: Buffer): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }

  /** Waits for what is in flight, for so long, then closes. */
  async close(drainMs = 0): Promise<void> {
    const until = Date.now() + drainMs;
    while (this.#waiting.size > 0 && !this.#broken && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.#socket.destroy();
    this.#break();
  }

  #header(): string {
    do this.#next = (this.#next + 1) % HEADERS;
    while (this.#waiting.has(headerOf(this.#next)));
    return headerOf(this.#next);
  }

  #take(message: string): void {
    const header = message.slice(0, HEADER);
    const waiting = this.#waiting.get(header);
    // A reply that came after its time limit: nobody waits for it.
    if (waiting === undefined) return;
    this.#waiting.delete(header);
    waiting.inTime();
    waiting.resolve(message.slice(HEADER));
  }

  #break(): void {
    if (this.#broken) return;
    this.#broken = true;
    for (const { reject, inTime } of this.#waiting.values()) {
      inTime();
      reject(new LinkError('broken', true));
    }
    this.#waiting.clear();
    for (const tell of this.#whenBroken) tell();
  }
}

const headerOf = (count: number): string => count.toString(36).toUpperCase().padStart(HEADER, '0');
