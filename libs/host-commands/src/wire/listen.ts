/**
 * A port that serves frames, with the limits that Node's `net` does not have: frames known to fit before
 * they are kept, whole within 5 s, idle connections closed after 5 minutes, connections per address and
 * in all, requests in flight and unsent replies per connection. TLS with client certificates when given.
 *
 * Messages are places in the buffers that came from the sockets. What arrived together is answered
 * together, and the replies of a connection leave in one write.
 */
import { constants } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { AnsweringLater } from './answering-later.js';
import { Connection, WIRE_LIMITS, type WireEvent, type WireLimits } from './connection.js';
import { Gathering } from './gathering.js';
import type { Answer, AnswerLater, Inlet } from './messages.js';

interface CommonOptions {
  readonly port: number;
  readonly listen?: string;
  /** Shortest message: header and command. */
  readonly minBytes: number;
  readonly limits?: Partial<WireLimits>;
  /** Client certificates are asked for and checked when this is given. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'crl'>;
  /**
   * Who answers the client of a certificate (SHA-256, upper-case hex without colons); undefined: nobody,
   * its connection is closed. Without this, whoever answers everybody.
   */
  readonly answerFor?: (fingerprint: string) => Answer | undefined;
  readonly report?: (event: WireEvent) => void;
}

/** A port whose answers are there at once, or one whose answers take their time. */
export type WireOptions = CommonOptions &
  ({ readonly answer: Answer } | { readonly answerLater: AnswerLater });

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
  const inlet =
    'answer' in options
      ? new Gathering(options.answer)
      : new AnsweringLater(options.answerLater, limits.inFlight);
  const inlets = new Map<Answer, Inlet>();
  /** The inlet for the client of a certificate. */
  const inletFor = (socket: TLSSocket): Inlet | undefined => {
    if (options.answerFor === undefined) return inlet;
    const answer = options.answerFor(fingerprintOf(socket));
    if (answer === undefined) return undefined;
    const own = inlets.get(answer) ?? new Gathering(answer);
    inlets.set(answer, own);
    return own;
  };

  const refuseClient = (socket: Socket): void => {
    report('refused');
    socket.destroy();
  };
  const take = (socket: Socket, own: Inlet = inlet): void => {
    const address = socket.remoteAddress ?? '?';
    const there = perAddress.get(address) ?? 0;
    if (sockets.size >= limits.connections || there >= limits.connectionsPerAddress) {
      report('refused');
      socket.destroy();
      return;
    }
    perAddress.set(address, there + 1);
    const connection = new Connection(socket, {
      minBytes: options.minBytes,
      limits,
      inlet: own,
      report,
    });
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
      ? createServer({ noDelay: true, allowHalfOpen: true }, (socket) => take(socket))
      : createTlsServer(
          {
            ...options.tls,
            requestCert: true,
            rejectUnauthorized: true,
            minVersion: 'TLSv1.2',
            // A resumed session does not show the certificate, which is what says who the client is.
            secureOptions: constants.SSL_OP_NO_TICKET,
            handshakeTimeout: limits.frameMs,
            allowHalfOpen: true,
          },
          (socket) => {
            socket.setNoDelay(true);
            const own = inletFor(socket);
            if (own === undefined) refuseClient(socket);
            else take(socket, own);
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

/** SHA-256 of a client's certificate, upper-case hex without colons. */
function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(':', '');
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
