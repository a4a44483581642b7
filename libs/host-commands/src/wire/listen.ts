/**
 * A port that serves frames, with the limits that Node's `net` does not have: frames known to fit before
 * they are kept, whole within 5 s, idle connections closed after 5 minutes, connections per address and
 * in all, requests in flight and unsent replies per connection. TLS with client certificates when given.
 *
 * What arrived together is answered together: `answer` gets all messages of a chunk, and their replies
 * leave in one write.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { FrameReader, framesOf, MAX_FRAME_BYTES } from './framing.js';

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

/** Places of messages in a text; `at` and `end` have the same length. */
export interface Messages {
  readonly text: string;
  readonly at: readonly number[];
  readonly end: readonly number[];
}

export type Answer = (messages: Messages) => string[] | Promise<string[]>;

export interface WireOptions {
  readonly port: number;
  readonly listen?: string;
  /** Shortest message: header and command. */
  readonly minBytes: number;
  readonly answer: Answer;
  readonly limits?: Partial<WireLimits>;
  /** Client certificates are asked for and checked when this is given. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'crl'>;
  readonly report?: (event: WireEvent) => void;
}

export type WireEvent =
  | 'connected'
  | 'closed'
  | 'refused'
  | 'malformed'
  | 'slow'
  | 'unsent'
  | 'failed';

export interface WirePort {
  readonly port: number;
  readonly connections: number;
  /** No new connections; what has arrived is answered, then all are closed. */
  close(): Promise<void>;
}

export async function listenWire(options: WireOptions): Promise<WirePort> {
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const sockets = new Set<Connection>();
  const perAddress = new Map<string, number>();
  const handshakes = new HandshakeLimit(limits.handshakesPerSecond);
  const report = options.report ?? (() => undefined);

  const take = (socket: Socket): void => {
    const address = socket.remoteAddress ?? '?';
    const own = perAddress.get(address) ?? 0;
    if (sockets.size >= limits.connections || own >= limits.connectionsPerAddress) {
      report('refused');
      socket.destroy();
      return;
    }
    perAddress.set(address, own + 1);
    const connection = new Connection(socket, options, limits, report);
    sockets.add(connection);
    report('connected');
    socket.once('close', () => {
      sockets.delete(connection);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
      report('closed');
    });
  };

  const server: Server =
    options.tls === undefined
      ? createServer({ noDelay: true }, take)
      : createTlsServer(
          {
            ...options.tls,
            requestCert: true,
            rejectUnauthorized: true,
            minVersion: 'TLSv1.2',
            handshakeTimeout: limits.frameMs,
          },
          (socket) => {
            socket.setNoDelay(true);
            take(socket);
          },
        );
  if (options.tls !== undefined) {
    server.on('connection', (socket: Socket) => {
      if (handshakes.take(socket.remoteAddress ?? '?', Date.now())) return;
      report('refused');
      socket.destroy();
    });
    server.on('tlsClientError', () => report('refused'));
  }
  // One above the limit, so that the one beyond is told by a close and not left waiting.
  server.maxConnections = limits.connections + 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.listen ?? '127.0.0.1' }, resolve);
  });
  server.on('error', () => report('failed'));

  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return sockets.size;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([...sockets].map((connection) => connection.finish()));
      await closed;
    },
  };
}

/** One client. */
class Connection {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #inFlight = 0;
  #frameTimer: NodeJS.Timeout | undefined;
  #ending = false;
  /** Replies leave in the order of the messages, chunk after chunk. */
  #last: Promise<void> | undefined;

  constructor(
    socket: Socket,
    readonly options: WireOptions,
    readonly limits: WireLimits,
    readonly report: (event: WireEvent) => void,
  ) {
    this.#socket = socket;
    this.#reader = new FrameReader(options.minBytes, limits.frameBytes);
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(this.#frameTimer));
  }

  #take(chunk: Buffer): void {
    if (this.#ending) return;
    const texts: Buffer[] = [];
    const at: number[] = [];
    const end: number[] = [];
    const fits = this.#reader.push(chunk, (buffer, from, to) => {
      texts[0] = buffer;
      at.push(from);
      end.push(to);
    });
    if (at.length > 0) this.#answer({ text: texts[0]!.toString('latin1'), at, end });
    if (!fits) {
      this.report('malformed');
      this.#ending = true;
      this.#endAfterReplies();
      return;
    }
    this.#watchFrame(at.length > 0);
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

  #answer(messages: Messages): void {
    const replies = this.options.answer(messages);
    if (Array.isArray(replies) && this.#last === undefined) {
      this.#send(replies);
      return;
    }
    const count = messages.at.length;
    this.#inFlight += count;
    if (this.#inFlight > this.limits.inFlight) this.#socket.pause();
    const before = this.#last ?? Promise.resolve();
    const sent: Promise<void> = Promise.all([replies, before])
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

  #send(replies: readonly string[]): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(framesOf(replies));
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

/** Handshakes of one address in the second under way. */
class HandshakeLimit {
  #second = 0;
  #counts = new Map<string, number>();

  constructor(readonly perSecond: number) {}

  take(address: string, now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts = new Map();
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    return count <= this.perSecond;
  }
}
