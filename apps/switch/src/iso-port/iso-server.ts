/**
 * One listening port of ISO 8583 lines. Without TLS the port is one line. With TLS (always mutual) the
 * client's certificate says which line it is: an unknown certificate of the right authority is closed.
 */
import { constants } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Framing } from '@pinfold/iso8583';
import { PortTakenError } from '@pinfold/platform';
import type { AcquirerLine } from './acquirer-line.js';
import { Admission } from './admission.js';
import type { IsoMetrics } from './iso-metrics.js';
import type { LineLimits } from './limits.js';
import { LineSocket } from './line-socket.js';

export interface ServedLine {
  readonly line: AcquirerLine;
  readonly framing: Framing;
  /** SHA-256 fingerprints of its client certificates, upper-case hex without colons. */
  readonly fingerprints: readonly string[];
}

/** PEM texts. */
export interface ServerTls {
  readonly key: string;
  readonly certificate: string;
  readonly clientCa: string;
}

export interface IsoServerOptions {
  readonly port: number;
  readonly address: string;
  readonly portVariable?: string;
  readonly lines: readonly ServedLine[];
  readonly tls?: ServerTls;
  readonly limits: LineLimits;
  readonly metrics?: Pick<IsoMetrics, 'count' | 'opened' | 'closed'>;
}

/** Time that connections have to take their last answers when the server stops. */
const STOP_GRACE_MS = 2_000;

export class IsoServer {
  readonly #options: IsoServerOptions;
  readonly #admission: Admission;
  readonly #server: Server;
  readonly #sockets = new Set<LineSocket>();

  private constructor(options: IsoServerOptions) {
    this.#options = options;
    this.#admission = new Admission(options.limits);
    this.#server = options.tls === undefined ? this.#plain() : this.#secured(options.tls);
  }

  /** @throws PortTakenError naming the process that has the port */
  static async listen(options: IsoServerOptions): Promise<IsoServer> {
    const server = new IsoServer(options);
    const { port, address, portVariable: variable } = options;
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? new PortTakenError({ port, variable }) : error);
      });
      server.#server.listen({ port, host: address }, resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number } | null)?.port ?? 0;
  }

  get connections(): number {
    return this.#admission.open;
  }

  /** No new connections; the open ones end once what was sent to them is out. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.close('stopped');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_GRACE_MS);
    });
    await Promise.race([closed, late]);
    clearTimeout(timer);
    for (const socket of this.#sockets) socket.close('write-buffer');
    await closed;
  }

  #plain(): Server {
    return createServer({ allowHalfOpen: true }, (socket) => {
      if (this.#admit(socket)) this.#serve(socket, this.#options.lines[0]!);
    });
  }

  #secured({ key, certificate, clientCa }: ServerTls): Server {
    const server = createTlsServer({
      allowHalfOpen: true,
      key,
      cert: certificate,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      // A resumed session does not show the client's certificate, which is what says who it is.
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: this.#options.limits.handshakeMs,
    });
    // Before the handshake, which is what costs.
    server.prependListener('connection', (socket: Socket) => this.#admit(socket));
    server.on('tlsClientError', (_, socket) => {
      this.#options.metrics?.count('connection-refused');
      socket.destroy();
    });
    server.on('secureConnection', (socket) => {
      const line = this.#lineOf(socket);
      if (line !== undefined) this.#serve(socket, line);
      else this.#turnAway(socket);
    });
    return server;
  }

  #admit(socket: Socket): boolean {
    const handshake = this.#options.tls !== undefined;
    const address = socket.remoteAddress ?? '';
    const leave = this.#admission.admit(address, { handshake, nowMs: Date.now() });
    if (leave === undefined) {
      this.#turnAway(socket);
      return false;
    }
    socket.once('close', leave);
    return true;
  }

  #turnAway(socket: Socket): void {
    this.#options.metrics?.count('connection-refused');
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #lineOf(socket: TLSSocket): ServedLine | undefined {
    const { fingerprint256 = '' } = socket.getPeerCertificate();
    const fingerprint = fingerprint256.replaceAll(':', '');
    return this.#options.lines.find(({ fingerprints }) => fingerprints.includes(fingerprint));
  }

  #serve(socket: Socket, { line, framing }: ServedLine): void {
    const { metrics } = this.#options;
    const { name, limits } = line.options;
    const served = new LineSocket(socket, {
      framing,
      limits,
      onFrames: (frames) => connection.onFrames(frames),
      onEnd: () => connection.onEnd(),
      onClose: (reason) => {
        this.#sockets.delete(served);
        connection.onClose(reason);
        metrics?.closed(name, reason);
      },
    });
    const connection = line.connect(served);
    this.#sockets.add(served);
    metrics?.opened(name);
  }
}
