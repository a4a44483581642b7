/** Counters of the ISO 8583 lines. Labels come from tables, so their number is fixed. */
import type { CounterMetric, GaugeMetric, Metrics } from '@pinfold/platform';
import { CLOSE_REASONS, type CloseReason } from './close-reasons.js';

interface Labels {
  readonly [label: string]: readonly string[];
}

/** What can happen to a message on a line, or to a connection that is not let in. */
export const LINE_EVENTS = [
  'request-taken',
  'answer-given',
  'answer-without-connection',
  'format-error',
  'message-not-understood',
  'terminal-foreign',
  'terminal-not-signed-on',
  'connection-refused',
  'send-failed',
  'record-unreadable',
  'request-sent',
  'request-without-connection',
  'answer-taken',
] as const;
export type LineEvent = (typeof LINE_EVENTS)[number];

export class IsoMetrics {
  readonly #events: CounterMetric<Labels>;
  readonly #closed: CounterMetric<Labels>;
  readonly #connections: GaugeMetric<Labels>;
  readonly #open = new Map<string, number>();

  constructor(metrics: Metrics, lines: readonly string[]) {
    this.#events = metrics.counter<Labels>({
      name: 'pinfold_iso_messages_total',
      help: 'What happened to messages on ISO 8583 lines',
      labels: { what: LINE_EVENTS },
    });
    this.#closed = metrics.counter<Labels>({
      name: 'pinfold_iso_closed_total',
      help: 'Connections of ISO 8583 lines that ended, by reason',
      labels: { reason: CLOSE_REASONS },
    });
    this.#connections = metrics.gauge<Labels>({
      name: 'pinfold_iso_connections_count',
      help: 'Open connections of ISO 8583 lines',
      labels: { line: lines },
    });
  }

  count(what: LineEvent): void {
    this.#events.add({ what });
  }

  opened(line: string): void {
    this.#change(line, 1);
  }

  closed(line: string, reason: CloseReason): void {
    this.#closed.add({ reason });
    this.#change(line, -1);
  }

  #change(line: string, by: number): void {
    const count = (this.#open.get(line) ?? 0) + by;
    this.#open.set(line, count);
    this.#connections.set({ line }, count);
  }
}
