/** What goes wrong in a run, as one table of probabilities and ranges; a seed draws its own. */
import type { Rng } from './rng.js';

export interface Faults {
  /** Per record. */
  readonly drop: number;
  readonly duplicate: number;
  /** Delay of seconds: longer than one timeout. */
  readonly slow: number;
  /** Delay beyond every timeout of the network. */
  readonly verySlow: number;
  readonly corrupt: number;
  /** Kills per simulated minute, over all processes. */
  readonly killsPerMinute: number;
  /** Longest time that a killed process stays down. */
  readonly downMs: number;
  /** A chunk that was being handled when its process died comes again (Kafka) or is lost (embedded). */
  readonly redeliver: boolean;
  /** Per withdrawal: less comes out than was planned. */
  readonly jam: number;
  /** Per run: HSMs that do not answer for a while. */
  readonly hsmOutages: number;
  /** Per run: issuers that are away for most of it, so that the switch stands in. */
  readonly issuerOutages: number;
}

export const NO_FAULTS: Faults = {
  drop: 0,
  duplicate: 0,
  slow: 0,
  verySlow: 0,
  corrupt: 0,
  killsPerMinute: 0,
  downMs: 0,
  redeliver: true,
  jam: 0,
  hsmOutages: 0,
  issuerOutages: 0,
};

/** Some runs are calm in one respect or another: faults that come alone are found more clearly. */
export function drawFaults(rng: Rng): Faults {
  const some = (probability: number, most: number) =>
    rng.chance(probability) ? rng.unit() * most : 0;
  return {
    drop: some(0.7, 0.06),
    duplicate: some(0.7, 0.15),
    slow: some(0.7, 0.08),
    verySlow: some(0.6, 0.05),
    corrupt: some(0.5, 0.08),
    killsPerMinute: some(0.7, 12),
    downMs: rng.pick([500, 5_000, 30_000]),
    redeliver: rng.chance(0.5),
    jam: some(0.7, 0.2),
    hsmOutages: rng.chance(0.25) ? 1 : 0,
    issuerOutages: rng.chance(0.2) ? 1 : 0,
  };
}

/** Delay of one record in ms. Two records with the same key may overtake each other. */
export function drawDelay(rng: Rng, faults: Faults): number {
  if (rng.chance(faults.verySlow)) return rng.int(60_000, 150_000);
  if (rng.chance(faults.slow)) return rng.int(2_000, 40_000);
  return rng.int(1, 60);
}
