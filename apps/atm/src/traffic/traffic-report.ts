/** What happened in a span of time: counts by outcome, and how long customers waited. */
import { createHistogram } from 'node:perf_hooks';
import type { WithdrawalResult } from '@pinfold/flows';

export interface TrafficReport {
  readonly dispensed: number;
  readonly partlyDispensed: number;
  readonly reversed: number;
  /** By response code. */
  readonly declined: Readonly<Record<string, number>>;
  /** By reason; nothing was sent for these. */
  readonly refused: Readonly<Record<string, number>>;
  /** Customers who came when the line was full. */
  readonly turnedAway: number;
  /** Customers under way or in line now. */
  readonly inside: number;
  /** From the moment the customer meant to start, in ms; 0 when nobody finished. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const US_PER_MS = 1_000;

export class TrafficTally {
  readonly #latency = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  #dispensed = 0;
  #partly = 0;
  #reversed = 0;
  #turnedAway = 0;
  #declined: Record<string, number> = {};
  #refused: Record<string, number> = {};

  add(result: WithdrawalResult, latencyMs: number): void {
    this.#latency.record(Math.max(1, Math.round(latencyMs * US_PER_MS)));
    if (result.outcome === 'dispensed') this.#dispensed += 1;
    else if (result.outcome === 'partly-dispensed') this.#partly += 1;
    else if (result.outcome === 'reversed') this.#reversed += 1;
    else if (result.outcome === 'declined') count(this.#declined, result.responseCode ?? 'none');
    else count(this.#refused, result.refusal ?? 'none');
  }

  turnAway(): void {
    this.#turnedAway += 1;
  }

  /** The report since the last one, and a fresh start. */
  take(inside: number): TrafficReport {
    const at = (percentile: number) =>
      this.#latency.count === 0 ? 0 : this.#latency.percentile(percentile) / US_PER_MS;
    const report: TrafficReport = {
      dispensed: this.#dispensed,
      partlyDispensed: this.#partly,
      reversed: this.#reversed,
      declined: this.#declined,
      refused: this.#refused,
      turnedAway: this.#turnedAway,
      inside,
      p50Ms: at(50),
      p99Ms: at(99),
      p999Ms: at(99.9),
      maxMs: at(100),
    };
    this.#latency.reset();
    this.#dispensed = this.#partly = this.#reversed = this.#turnedAway = 0;
    this.#declined = {};
    this.#refused = {};
    return report;
  }
}

function count(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}
