/** Counters of the issuers of a process. Made once, and shared when there are several. */
import type { Observation } from '@pinfold/flows';
import { RESPONSE_CODES } from '@pinfold/messages';
import type { CounterMetric, HistogramMetric, Metrics } from '@pinfold/platform';

/** Names of observations that are counted one by one; others count together. */
const OBSERVED = [
  'withdrawal-approved',
  'withdrawal-declined',
  'advice-posted',
  'reversal-done',
  'reversal-refused',
  'network-answered',
  'network-refused',
  'message-refused',
  'message-unexpected',
  'record-unreadable',
  'key-changed',
  'key-block-refused',
] as const;

const CHUNK_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

interface AnswerLabels {
  readonly [label: string]: readonly string[];
}

export class IssuerMetrics {
  readonly #answers: CounterMetric<AnswerLabels>;
  readonly #observed: CounterMetric<AnswerLabels>;
  readonly #seconds: HistogramMetric<AnswerLabels>;
  readonly #sizes: HistogramMetric<AnswerLabels>;

  constructor(metrics: Metrics, issuers: readonly string[]) {
    const issuer = { issuer: issuers };
    const code = [...RESPONSE_CODES.keys()];
    this.#answers = metrics.counter<AnswerLabels>({
      name: 'pinfold_issuer_answers_total',
      help: 'Answers by response code (DE 39), repeats included',
      labels: { ...issuer, code },
    });
    this.#observed = metrics.counter<AnswerLabels>({
      name: 'pinfold_issuer_observations_total',
      help: 'What happened to messages',
      labels: { ...issuer, what: OBSERVED },
    });
    this.#seconds = metrics.histogram<AnswerLabels>({
      name: 'pinfold_issuer_chunk_duration_seconds',
      help: 'From a chunk of requests to its answers sent',
      labels: issuer,
    });
    this.#sizes = metrics.histogram<AnswerLabels>({
      name: 'pinfold_issuer_chunk_records_count',
      help: 'Records per chunk',
      labels: issuer,
      buckets: CHUNK_SIZES,
    });
  }

  observe({ at: issuer, what, responseCode }: Observation): void {
    this.#observed.add({ issuer, what });
    if (responseCode !== undefined) this.#answers.add({ issuer, code: responseCode });
  }

  chunk({ issuer, records, ms }: { issuer: string; records: number; ms: number }): void {
    this.#seconds.observe({ issuer }, ms / 1000);
    this.#sizes.observe({ issuer }, records);
  }
}
