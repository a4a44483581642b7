/** Counters of the switch. */
import type { Observation } from '@pinfold/flows';
import { RESPONSE_CODES } from '@pinfold/messages';
import type { CounterMetric, HistogramMetric, LabelTable, Metrics } from '@pinfold/platform';

/** Observations that are counted one by one; others count together. */
const OBSERVED = [
  'request-forwarded',
  'request-declined',
  'request-repeated',
  'approved',
  'declined',
  'stood-in',
  'issuer-timeout',
  'reversed',
  'partly-reversed',
  'reversal-before-request',
  'mac-invalid',
  'hsm-unavailable',
  'record-unreadable',
  'answer-unmatched',
  'terminal-signed-on',
  'terminal-keys-offered',
  'zone-keys-offered',
  'format-error',
] as const;

const CHUNK_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export class SwitchMetrics {
  readonly #observed: CounterMetric<LabelTable>;
  readonly #answers: CounterMetric<LabelTable>;
  readonly #seconds: HistogramMetric<LabelTable>;
  readonly #sizes: HistogramMetric<LabelTable>;

  constructor(metrics: Metrics) {
    const topic = { topic: ['requests', 'answers'] };
    this.#observed = metrics.counter<LabelTable>({
      name: 'pinfold_switch_observations_total',
      help: 'What happened to messages',
      labels: { what: OBSERVED },
    });
    this.#answers = metrics.counter<LabelTable>({
      name: 'pinfold_switch_answers_total',
      help: 'Answers to terminals by response code (DE 39)',
      labels: { code: [...RESPONSE_CODES.keys()] },
    });
    this.#seconds = metrics.histogram<LabelTable>({
      name: 'pinfold_switch_chunk_duration_seconds',
      help: 'From a chunk of records to what it caused sent',
      labels: topic,
    });
    this.#sizes = metrics.histogram<LabelTable>({
      name: 'pinfold_switch_chunk_records_count',
      help: 'Records per chunk',
      labels: topic,
      buckets: CHUNK_SIZES,
    });
  }

  observe({ what, responseCode }: Observation): void {
    this.#observed.add({ what });
    if (responseCode !== undefined) this.#answers.add({ code: responseCode });
  }

  chunk({ topic, records, ms }: { topic: string; records: number; ms: number }): void {
    this.#seconds.observe({ topic }, ms / 1000);
    this.#sizes.observe({ topic }, records);
  }
}
