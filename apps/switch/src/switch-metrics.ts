/** Counters of the switch. Labels come from tables, so their number is fixed. */
import type { Observation } from '@pinfold/flows';
import { RESPONSE_CODES } from '@pinfold/messages';
import type { CounterMetric, GaugeMetric, HistogramMetric, Metrics } from '@pinfold/platform';

/** Names of observations that are counted one by one; others count together. */
const OBSERVED = [
  'request-forwarded',
  'request-declined',
  'approved',
  'declined',
  'stood-in',
  'issuer-timeout',
  'late-approval',
  'late-decline',
  'late-request-declined',
  'reversed',
  'partly-reversed',
  'reversal-before-request',
  'reversal-repeated',
  'reversal-done',
  'reversal-refused',
  'reversal-parked',
  'advice-repeated',
  'advice-done',
  'advice-refused',
  'advice-parked',
  'repeat-answered',
  'repeat-while-open',
  'identity-conflict',
  'answer-unmatched',
  'mac-invalid',
  'format-error',
  'record-unreadable',
  'message-not-understood',
  'messages-dropped',
  'hsm-unavailable',
  'outbox-repeated',
  'terminal-keys-offered',
  'zone-keys-offered',
] as const;

const CHUNK_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const CHUNK_KINDS = ['requests', 'answers'] as const;
export type ChunkKind = (typeof CHUNK_KINDS)[number];

interface Labels {
  readonly [label: string]: readonly string[];
}

export class SwitchMetrics {
  readonly #answers: CounterMetric<Labels>;
  readonly #observed: CounterMetric<Labels>;
  readonly #seconds: HistogramMetric<Labels>;
  readonly #sizes: HistogramMetric<Labels>;
  readonly #links: GaugeMetric<Labels>;

  constructor(metrics: Metrics, issuers: readonly string[]) {
    this.#answers = metrics.counter<Labels>({
      name: 'pinfold_switch_outcomes_total',
      help: 'Outcomes of withdrawals by response code (DE 39)',
      labels: { code: [...RESPONSE_CODES.keys()] },
    });
    this.#observed = metrics.counter<Labels>({
      name: 'pinfold_switch_observations_total',
      help: 'What happened to messages',
      labels: { what: OBSERVED },
    });
    this.#seconds = metrics.histogram<Labels>({
      name: 'pinfold_switch_chunk_duration_seconds',
      help: 'From a chunk of messages to what follows from it sent',
      labels: { kind: CHUNK_KINDS },
    });
    this.#sizes = metrics.histogram<Labels>({
      name: 'pinfold_switch_chunk_records_count',
      help: 'Records per chunk',
      labels: { kind: CHUNK_KINDS },
      buckets: CHUNK_SIZES,
    });
    this.#links = metrics.gauge<Labels>({
      name: 'pinfold_switch_link_up_count',
      help: '1 while the issuer is signed on and answers',
      labels: { issuer: issuers },
    });
  }

  observe({ what, responseCode }: Observation): void {
    this.#observed.add({ what });
    if (responseCode !== undefined && OUTCOMES.has(what)) this.#answers.add({ code: responseCode });
  }

  chunk({ kind, records, ms }: { kind: ChunkKind; records: number; ms: number }): void {
    this.#seconds.observe({ kind }, ms / 1000);
    this.#sizes.observe({ kind }, records);
  }

  link({ issuer, up }: { issuer: string; up: boolean }): void {
    this.#links.set({ issuer }, up ? 1 : 0);
  }
}

/** Observations that decide a withdrawal and carry its code. */
const OUTCOMES: ReadonlySet<string> = new Set(['approved', 'declined', 'request-declined']);
