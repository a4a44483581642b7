/**
 * One connection of a line of terminals: its requests in order, how many wait for their answers, and
 * which terminals are signed on here. Only the switch's answer to a sign-on that was sent here counts,
 * so what another connection says for a terminal, with a bad MAC or none, changes nothing for this one.
 */
import { NETWORK_CODES, type Wire } from '@pinfold/flows';
import { type Frame, type IsoMessage, type Packaging, pack, textOf } from '@pinfold/iso8583';
import { type BusRecord, RESPONSE, TOPICS } from '@pinfold/messages';
import type { CloseReason } from './close-reasons.js';
import type { IsoMetrics, LineEvent } from './iso-metrics.js';
import type { LineLimits } from './limits.js';
import type { LineSocket } from './line-socket.js';
import { fromLine, toLine, type Unpacked } from './packing.js';
import { refusalOf, salvage, wantsAnswer } from './salvage.js';
import { exchanged } from './tpdu.js';

/** What a connection knows of the line it belongs to. */
export interface ConnectionLine {
  readonly options: AcquirerLineOptions;
  serves(terminal: string): boolean;
  /** Something has come in. */
  heard(): void;
  forget(connection: LineConnection, reason: CloseReason): void;
}

export interface AcquirerLineOptions {
  readonly name: string;
  readonly terminals: readonly string[];
  readonly packaging: Packaging;
  /** The header is a TPDU: an answer goes back with its two addresses exchanged. */
  readonly tpdu: boolean;
  readonly limits: LineLimits;
  /** Sends under the fleet's link and takes from it. */
  readonly wire: Wire;
  readonly send: (records: readonly BusRecord[]) => Promise<void>;
  readonly metrics?: Pick<IsoMetrics, 'count'>;
}

/** Requests that a terminal may send. */
const REQUESTS: ReadonlySet<string> = new Set(['0200', '0420', '0421', '0800']);
const NETWORK = '0800';
const NETWORK_ANSWER = '0810';

/** How often a connection that is read no further looks for requests that are too old to count. */
const SWEEP_MS = 1_000;

interface Asked {
  readonly header: Uint8Array;
  /** Until when it counts as in flight. */
  readonly untilMs: number;
}

export class LineConnection {
  readonly #line: ConnectionLine;
  readonly #socket: LineSocket;
  readonly #asked = new Map<string, Asked>();
  /** Terminals. */
  readonly #signedOn = new Set<string>();
  #sending: Promise<void> = Promise.resolve();
  #sweep: NodeJS.Timeout | undefined;
  /** Its sender says no more: it ends with the last answer. */
  #ended = false;

  constructor(line: ConnectionLine, socket: LineSocket) {
    this.#line = line;
    this.#socket = socket;
  }

  /** Frames that came together leave as one batch. */
  onFrames(frames: readonly Frame[]): void {
    const records: BusRecord[] = [];
    this.#line.heard();
    this.#socket.cork();
    for (const frame of frames) {
      const record = this.#take(frame);
      if (record !== undefined) records.push(record);
    }
    this.#socket.uncork();
    if (records.length > 0) this.#send(records);
    this.#holdBack();
  }

  get inFlight(): number {
    return this.#asked.size;
  }

  /** Terminals. */
  get signedOn(): string[] {
    return [...this.#signedOn];
  }

  waitsFor(answer: IsoMessage): boolean {
    return this.#asked.has(nameOf(answer));
  }

  /** What was asked is answered, as far as answers come in time. */
  onEnd(): void {
    this.#ended = true;
    this.#holdBack();
  }

  onClose(reason: CloseReason): void {
    clearTimeout(this.#sweep);
    this.#line.forget(this, reason);
  }

  /** Once for each request: an answer that comes again finds nobody waiting. */
  answer(unpacked: Unpacked): boolean {
    const { message } = unpacked;
    const name = nameOf(message);
    const asked = this.#asked.get(name);
    if (asked === undefined) return false;
    this.#asked.delete(name);
    this.#noteSignOn(message);
    const sent = this.#write(unpacked, asked.header);
    this.#holdBack();
    return sent;
  }

  /** Resolves when what was received so far has been accepted by the bus. */
  settled(): Promise<void> {
    return this.#sending;
  }

  #noteSignOn(message: IsoMessage): void {
    if (message.mti !== NETWORK_ANSWER || textOf(message, 39) !== RESPONSE.approved) return;
    const terminal = textOf(message, 41) ?? '';
    const code = textOf(message, 70);
    if (code === NETWORK_CODES.signOff) this.#signedOn.delete(terminal);
    if (code === NETWORK_CODES.signOn) this.#signedOn.add(terminal);
  }

  #take({ message: bytes, header }: Frame): BusRecord | undefined {
    const { packaging, wire, limits } = this.#line.options;
    const read = fromLine(bytes, packaging);
    if (!read.ok) return this.#refuseUnread(bytes, header);
    const { message } = read.value;
    const { mti, fields } = message;
    const terminal = textOf(message, 41) ?? '';
    if (!REQUESTS.has(mti)) {
      this.#count('message-not-understood');
      if (wantsAnswer(mti)) this.#refuse(message, RESPONSE.invalidTransaction, header);
      return undefined;
    }
    if (fields[11] === undefined || terminal === '') return this.#refuseUnread(bytes, header);
    if (!this.#line.serves(terminal)) {
      this.#count('terminal-foreign');
      this.#refuse(message, RESPONSE.refused, header);
      return undefined;
    }
    if (mti !== NETWORK && !this.#signedOn.has(terminal)) {
      this.#count('terminal-not-signed-on');
      this.#refuse(message, RESPONSE.invalidTransaction, header);
      return undefined;
    }
    this.#asked.set(nameOf(message), { header, untilMs: Date.now() + limits.inFlightMs });
    this.#count('request-taken');
    const correlation = [textOf(message, 32), textOf(message, 37) ?? textOf(message, 11), terminal];
    return wire.seal({
      topic: TOPICS.atmRequests,
      keyText: terminal,
      bytes: read.value.bytes,
      correlation: correlation.join('-'),
    });
  }

  /** 30 where its sender can be told which message is meant; else the line is not understood: close. */
  #refuseUnread(bytes: Uint8Array, header: Uint8Array): undefined {
    this.#count('format-error');
    const message = salvage(bytes, this.#line.options.packaging);
    if (message === undefined || !wantsAnswer(message.mti)) this.#socket.close('malformed');
    else this.#refuse(message, RESPONSE.formatError, header);
    return undefined;
  }

  #refuse(message: Parameters<typeof refusalOf>[0], code: string, header: Uint8Array): void {
    const answer = refusalOf(message, code);
    this.#write({ message: answer, bytes: pack(answer) }, header);
  }

  #write(unpacked: Unpacked, header: Uint8Array): boolean {
    const { packaging, tpdu } = this.#line.options;
    const bytes = toLine(unpacked, packaging);
    if (bytes === undefined) {
      this.#count('format-error');
      return false;
    }
    return this.#socket.send(bytes, tpdu ? exchanged(header) : header);
  }

  /** In order: a batch leaves after the one before it. What the bus refuses, the time-out repairs. */
  #send(records: readonly BusRecord[]): void {
    this.#sending = this.#sending
      .then(() => this.#line.options.send(records))
      .catch(() => this.#count('send-failed'));
  }

  /**
   * At the limit of requests in flight nothing more is read, until answers come or requests age. With
   * nothing more to come the connection is closed when none is in flight.
   */
  #holdBack(): void {
    const { inFlight } = this.#line.options.limits;
    const most = this.#ended ? 1 : inFlight;
    clearTimeout(this.#sweep);
    if (this.#asked.size >= most) {
      const now = Date.now();
      for (const [name, { untilMs }] of this.#asked) if (untilMs <= now) this.#asked.delete(name);
    }
    if (!this.#socket.open) return;
    if (this.#asked.size < most) {
      if (this.#ended) this.#socket.close('ended');
      else this.#socket.resume();
      return;
    }
    this.#socket.pause();
    this.#sweep = setTimeout(() => this.#holdBack(), SWEEP_MS);
  }

  #count(what: LineEvent): void {
    this.#line.options.metrics?.count(what);
  }
}

/** The same for a request and its answer: terminal, STAN, first two digits of the MTI. */
function nameOf({ mti, fields }: IsoMessage): string {
  return `${String(fields[41])}-${String(fields[11])}-${mti.slice(0, 2)}`;
}
