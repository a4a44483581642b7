/**
 * A line of terminals: what they send goes to `atm.requests` as the fleet's messages do, and their
 * answers on `atm.answers` go back to the connection that asked. It holds no key and decides nothing
 * about money: MACs, repeats, routes and reversals are the switch's. What it does decide is who may
 * speak (`line-connection.ts`): only for the terminals of its line, and for money only on a
 * connection whose own sign-on the switch has approved. A terminal may be signed on on several.
 *
 * An answer that no connection waits for, because it went away or has had it, is dropped: the
 * terminal repeats its request on the next connection, or its time-out and reversal repair it.
 */
import type { BusRecord } from '@pinfold/messages';
import type { CloseReason } from './close-reasons.js';
import {
  type AcquirerLineOptions,
  type ConnectionLine,
  LineConnection,
} from './line-connection.js';
import type { LineSocket } from './line-socket.js';
import type { LineState } from './line-state.js';

export class AcquirerLine implements ConnectionLine {
  readonly #terminals: ReadonlySet<string>;
  /** Keyed hashes of the terminals: most records on `atm.answers` are other lines'. */
  readonly #keys: ReadonlySet<string>;
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
      signedOn: new Set(connections.flatMap(({ signedOn }) => signedOn)).size,
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

  forget(connection: LineConnection, reason: CloseReason): void {
    this.#connections.delete(connection);
    this.#lastClosed = reason;
  }

  #answer(record: BusRecord): void {
    const { wire, metrics } = this.options;
    const opened = wire.open(record);
    if (!opened.ok) {
      metrics?.count('record-unreadable');
      return;
    }
    const asked = [...this.#connections].filter((each) => each.waitsFor(opened.value.message));
    const given = asked.map((connection) => connection.answer(opened.value));
    metrics?.count(given.includes(true) ? 'answer-given' : 'answer-without-connection');
  }
}
