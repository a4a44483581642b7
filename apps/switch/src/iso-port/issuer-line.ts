/**
 * A line to a partner that issues cards, with the switch as the client: records of
 * `issuer.<id>.requests` go out over TCP, what the partner answers goes to `switch.answers`. Like the
 * acquirer's line it holds no key: PIN blocks and MACs are under zone keys that the switch's device and
 * the partner share, and the switch itself signs on, changes keys and sends echoes; the messages of
 * these pass here like any others. After each connect the switch is told to sign on again; until the
 * partner has said yes to that, only 0800 goes out, and other requests are held for a moment.
 *
 * While there is no connection, requests are dropped: the switch's time-outs answer for the issuer, its
 * reversals and advices are repeated, and the line never sends what nobody waits for any more.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NETWORK_CODES, type Wire } from '@pinfold/flows';
import {
  type Frame,
  type Framing,
  type IsoMessage,
  type Packaging,
  pack,
  textOf,
} from '@pinfold/iso8583';
import { type BusRecord, RESPONSE, TOPICS } from '@pinfold/messages';
import type { CloseReason } from './close-reasons.js';
import { HeldRequests } from './held-requests.js';
import type { IsoMetrics } from './iso-metrics.js';
import type { LineLimits } from './limits.js';
import { LineSocket } from './line-socket.js';
import type { LineState } from './line-state.js';
import { fromLine, toLine, type Unpacked } from './packing.js';
import { refusalOf } from './salvage.js';

/** PEM texts; key and certificate for a partner that demands them. */
export interface ClientTls {
  readonly ca: string;
  readonly key?: string;
  readonly certificate?: string;
  /** The name in the partner's certificate, where it is not the host. */
  readonly serverName?: string;
}

export interface IssuerLineOptions {
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly packaging: Packaging;
  /** Sent before each message; as many bytes as the framing's header. */
  readonly header: Uint8Array;
  readonly tls?: ClientTls;
  readonly limits: LineLimits;
  /** Takes the issuer's requests and sends its answers, under the issuer's link. */
  readonly wire: Wire;
  readonly send: (records: readonly BusRecord[]) => Promise<void>;
  /** A new connection: the partner must be signed on to again. */
  readonly onUp: () => Promise<void>;
  readonly onState?: (state: 'up' | 'down') => void;
  readonly metrics?: Pick<IsoMetrics, 'count' | 'opened' | 'closed'>;
}

/** Waits between two tries to connect: doubling from the first to the last. */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 15_000;
const CONNECT_MS = 5_000;

const NETWORK = '0800';
const ANSWERS: ReadonlySet<string> = new Set(['0210', '0230', '0430', '0810']);

export class IssuerLine {
  readonly #options: IssuerLineOptions;
  #line: LineSocket | undefined;
  /** The partner has answered a sign-on over this connection. */
  #signedOn = false;
  readonly #held: HeldRequests;
  #pending: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = FIRST_WAIT_MS;
  #stopped = false;
  #lastMessageAtMs: number | null = null;
  #lastClosed: CloseReason | null = null;
  #sending: Promise<void> = Promise.resolve();
  /** Runs while requests are out and the partner has said nothing since. */
  #unanswered: NodeJS.Timeout | undefined;

  constructor(options: IssuerLineOptions) {
    this.#options = options;
    this.#held = new HeldRequests(() => options.metrics?.count('request-without-connection'));
  }

  get up(): boolean {
    return this.#line !== undefined;
  }

  get state(): Pick<LineState, 'connections' | 'lastMessageAtMs' | 'lastClosed'> {
    return {
      connections: this.up ? 1 : 0,
      lastMessageAtMs: this.#lastMessageAtMs,
      lastClosed: this.#lastClosed,
    };
  }

  start(): void {
    this.#connect();
  }

  /** Ends the connection and the tries to have one. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#heard();
    this.#pending?.destroy();
    this.#line?.close('stopped');
    await this.#sending;
  }

  /** A chunk of `issuer.<id>.requests`. */
  onRequests(records: readonly BusRecord[]): void {
    const { metrics, wire } = this.#options;
    this.#line?.cork();
    for (const record of records) {
      const opened = wire.open(record);
      if (!opened.ok) {
        metrics?.count('record-unreadable');
        continue;
      }
      this.#ask(opened.value);
    }
    this.#line?.uncork();
  }

  #ask(request: Unpacked): void {
    const { metrics } = this.#options;
    if (this.up && !this.#signedOn && request.message.mti !== NETWORK) {
      this.#held.hold(request);
      return;
    }
    const sent = this.#write(request);
    if (sent) this.#expectWord();
    metrics?.count(sent ? 'request-sent' : 'request-without-connection');
  }

  /** The partner takes requests now. */
  #begin(): void {
    this.#signedOn = true;
    for (const request of this.#held.release()) this.#ask(request);
  }

  /** A connection that a firewall forgot stays open for a quarter of an hour, and nothing comes back. */
  #expectWord(): void {
    const { unansweredMs } = this.#options.limits;
    this.#unanswered ??= setTimeout(() => this.#line?.close('unanswered'), unansweredMs);
  }

  #heard(): void {
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
  }

  #write(unpacked: Unpacked): boolean {
    const { packaging, header } = this.#options;
    const bytes = toLine(unpacked, packaging);
    return bytes !== undefined && this.#line?.send(bytes, header) === true;
  }

  #connect(): void {
    const { host, port, tls } = this.#options;
    const socket =
      tls === undefined
        ? connectTcp({ host, port })
        : connectTls({
            host,
            port,
            ca: tls.ca,
            key: tls.key,
            cert: tls.certificate,
            servername: tls.serverName,
            minVersion: 'TLSv1.2',
          });
    this.#pending = socket;
    const late = setTimeout(() => socket.destroy(), CONNECT_MS);
    const lost = () => {
      clearTimeout(late);
      this.#pending = undefined;
      this.#again();
    };
    socket.on('error', () => undefined);
    socket.once('close', lost);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(late);
      socket.off('close', lost);
      this.#pending = undefined;
      this.#connected(socket);
    });
  }

  #connected(socket: Socket): void {
    const { issuer, framing, limits, metrics, onState, onUp } = this.#options;
    const line = new LineSocket(socket, {
      framing,
      limits,
      onFrames: (frames) => this.#receive(line, frames),
      onEnd: () => line.close('ended'),
      onClose: (reason) => {
        this.#line = undefined;
        this.#held.drop();
        this.#heard();
        this.#lastClosed = reason;
        metrics?.closed(issuer, reason);
        onState?.('down');
        this.#again();
      },
    });
    this.#line = line;
    this.#signedOn = false;
    metrics?.opened(issuer);
    onState?.('up');
    // Without a sign-on nothing would ever pass: another connection, another try.
    this.#sending = this.#sending.then(onUp).catch(() => line.close('sign-on-failed'));
  }

  #again(): void {
    if (this.#stopped) return;
    const waitMs = this.#waitMs * (0.5 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, LAST_WAIT_MS);
    this.#timer = setTimeout(() => this.#connect(), waitMs);
  }

  #receive(line: LineSocket, frames: readonly Frame[]): void {
    const { packaging, metrics, send } = this.#options;
    const records: BusRecord[] = [];
    this.#lastMessageAtMs = Date.now();
    for (const { message: bytes } of frames) {
      const read = fromLine(bytes, packaging);
      if (!read.ok) {
        metrics?.count('format-error');
        line.close('malformed');
        break;
      }
      // Somebody who answers is there: the next loss starts with a short wait again.
      this.#waitMs = FIRST_WAIT_MS;
      this.#heard();
      const { message } = read.value;
      if (ANSWERS.has(message.mti)) {
        metrics?.count('answer-taken');
        if (saysSignedOn(message)) this.#begin();
        records.push(this.#record(read.value));
      } else if (message.mti === NETWORK) {
        const echo = textOf(message, 70) === NETWORK_CODES.echo;
        const code = echo ? RESPONSE.approved : RESPONSE.invalidTransaction;
        const answer = refusalOf(message, code);
        this.#write({ message: answer, bytes: pack(answer) });
      } else {
        metrics?.count('message-not-understood');
      }
    }
    if (records.length === 0) return;
    this.#sending = this.#sending
      .then(() => send(records))
      .catch(() => metrics?.count('send-failed'));
  }

  /** Keyed by terminal, as the issuers' own answers are; an 0810 by the acquirer it is for. */
  #record({ message, bytes }: Unpacked): BusRecord {
    const acquirer = textOf(message, 32) ?? '';
    const terminal = textOf(message, 41) ?? '';
    const rrn = textOf(message, 37) ?? textOf(message, 11) ?? '';
    return this.#options.wire.seal({
      topic: TOPICS.switchAnswers,
      keyText: message.mti === '0810' ? acquirer : terminal,
      bytes,
      correlation: `${acquirer}-${rrn}-${terminal}`,
    });
  }
}

/** Whether its MAC is right the switch sees; the answer here is only that the partner takes requests. */
function saysSignedOn(message: IsoMessage): boolean {
  const { signOn } = NETWORK_CODES;
  return textOf(message, 70) === signOn && textOf(message, 39) === RESPONSE.approved;
}
