/**
 * A line of terminals: what they send goes to `atm.requests` as the fleet's messages do, and their
 * answers on `atm.answers` go back to the connection that spoke for the terminal last. It holds no key
 * and decides nothing about money: MACs, repeats, routes and reversals are the switch's. What it does
 * decide is who may speak: only for the terminals of its line, and for money only after a sign-on
 * that the switch has approved on this very connection.
 *
 * A connection that went away: its answers are dropped; the terminal's time-out and reversal repair it.
 */
import type { Wire } from '@pinfold/flows';
import { type Frame, type Packaging, pack, textOf } from '@pinfold/iso8583';
import { type BusRecord, RESPONSE, TOPICS } from '@pinfold/messages';
import type { IsoMetrics, LineEvent } from './iso-metrics.js';
import type { LineLimits } from './limits.js';
import type { CloseReason, LineSocket } from './line-socket.js';
import type { LineState } from './line-state.js';
import { fromLine, toLine, type Unpacked } from './packing.js';
import { refusalOf, salvage, wantsAnswer } from './salvage.js';

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
const SIGN_ON = '001';
const SIGN_OFF = '002';

/** How often a connection that is read no further looks for requests that are too old to count. */
const SWEEP_MS = 1_000;

interface TerminalState {
  readonly connection: LineConnection;
  /** Of its last request. */
  header: Uint8Array;
  signedOn: boolean;
}

export class AcquirerLine {
  readonly #terminals: ReadonlySet<string>;
  /** Keyed hashes of the terminals: most records on `atm.answers` are other lines'. */
  readonly #keys: ReadonlySet<string>;
  readonly #speaking = new Map<string, TerminalState>();
  readonly #connections = new Set<LineConnection>();
  #lastMessageAtMs: number | null = null;
  #lastClosed: CloseReason | null = null;

  constructor(readonly options: AcquirerLineOptions) {
    this.#terminals = new Set(options.terminals);
    this.#keys = new Set(options.terminals.map((id) => options.wire.indexOf(id)));
  }

  connect(socket: LineSocket): LineConnection {
    const connection = new LineConnection(this, socket);
    this.#connections.add(connection);
    return connection;
  }

  get state(): Pick<
    LineState,
    'connections' | 'terminals' | 'signedOn' | 'inFlight' | 'lastMessageAtMs' | 'lastClosed'
  > {
    const connections = [...this.#connections];
    return {
      connections: connections.length,
      terminals: this.#terminals.size,
      signedOn: [...this.#speaking.values()].filter(({ signedOn }) => signedOn).length,
      inFlight: connections.reduce((sum, { inFlight }) => sum + inFlight, 0),
      lastMessageAtMs: this.#lastMessageAtMs,
      lastClosed: this.#lastClosed,
    };
  }

  heard(): void {
    this.#lastMessageAtMs = Date.now();
  }

  /** A chunk of `atm.answers`. */
  onAnswers(records: readonly BusRecord[]): void {
    for (const record of records) if (this.#keys.has(record.key)) this.#answer(record);
  }

  serves(terminal: string): boolean {
    return this.#terminals.has(terminal);
  }

  stateOf(terminal: string, connection: LineConnection): TerminalState | undefined {
    const state = this.#speaking.get(terminal);
    return state?.connection === connection ? state : undefined;
  }

  /** From now on the terminal's answers go to this connection. */
  speaks(terminal: string, connection: LineConnection, header: Uint8Array): void {
    const state = this.stateOf(terminal, connection);
    if (state !== undefined) state.header = header;
    else this.#speaking.set(terminal, { connection, header, signedOn: false });
  }

  forget(connection: LineConnection, reason: CloseReason): void {
    this.#connections.delete(connection);
    this.#lastClosed = reason;
    for (const [terminal, state] of this.#speaking) {
      if (state.connection === connection) this.#speaking.delete(terminal);
    }
  }

  #answer(record: BusRecord): void {
    const { wire, metrics } = this.options;
    const opened = wire.open(record);
    if (!opened.ok) {
      metrics?.count('record-unreadable');
      return;
    }
    const { message } = opened.value;
    const state = this.#speaking.get(textOf(message, 41) ?? '');
    if (state === undefined) {
      metrics?.count('answer-without-connection');
      return;
    }
    if (message.mti === NETWORK_ANSWER && textOf(message, 39) === RESPONSE.approved) {
      const code = textOf(message, 70);
      if (code === SIGN_ON) state.signedOn = true;
      if (code === SIGN_OFF) state.signedOn = false;
    }
    const given = state.connection.answer(opened.value, state.header);
    metrics?.count(given ? 'answer-given' : 'answer-without-connection');
  }
}

/** One connection of a line: requests in order, and how many wait for their answers. */
export class LineConnection {
  readonly #line: AcquirerLine;
  readonly #socket: LineSocket;
  /** Until when each request counts as in flight. */
  readonly #inFlight = new Map<string, number>();
  #sending: Promise<void> = Promise.resolve();
  #sweep: NodeJS.Timeout | undefined;

  constructor(line: AcquirerLine, socket: LineSocket) {
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
    return this.#inFlight.size;
  }

  onClose(reason: CloseReason): void {
    clearTimeout(this.#sweep);
    this.#line.forget(this, reason);
  }

  answer(unpacked: Unpacked, header: Uint8Array): boolean {
    this.#inFlight.delete(nameOf(unpacked.message.mti, unpacked.message.fields));
    const sent = this.#write(unpacked, header);
    this.#holdBack();
    return sent;
  }

  /** Resolves when what was received so far has been accepted by the bus. */
  settled(): Promise<void> {
    return this.#sending;
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
    if (mti !== NETWORK && this.#line.stateOf(terminal, this)?.signedOn !== true) {
      this.#count('terminal-not-signed-on');
      this.#refuse(message, RESPONSE.invalidTransaction, header);
      return undefined;
    }
    this.#line.speaks(terminal, this, header);
    this.#inFlight.set(nameOf(mti, fields), Date.now() + limits.inFlightMs);
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

  /** At the limit of requests in flight nothing more is read, until answers come or requests age. */
  #holdBack(): void {
    const { inFlight: most } = this.#line.options.limits;
    clearTimeout(this.#sweep);
    if (this.#inFlight.size >= most) {
      const now = Date.now();
      for (const [name, until] of this.#inFlight) if (until <= now) this.#inFlight.delete(name);
    }
    if (!this.#socket.open) return;
    if (this.#inFlight.size < most) {
      this.#socket.resume();
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
function nameOf(mti: string, fields: Readonly<Record<number, unknown>>): string {
  return `${String(fields[41])}-${String(fields[11])}-${mti.slice(0, 2)}`;
}

/** TPDU: id (1), destination (2), origin (2). ISO 8583 hosts exchange the addresses in an answer. */
function exchanged(header: Uint8Array): Uint8Array {
  if (header.length < 5) return header;
  const answer = Uint8Array.from(header);
  answer.set(header.subarray(3, 5), 1);
  answer.set(header.subarray(1, 3), 3);
  return answer;
}
