/** Counts of what happened at the terminals since the start, from what the fleet observes. */
import type { Observation, Observe } from '@pinfold/flows';

const ENDS: Readonly<Record<string, string>> = {
  'withdrawal-dispensed': 'approved',
  'withdrawal-partly-dispensed': 'approved',
  'withdrawal-declined': 'declined',
  'withdrawal-reversing': 'reversed',
};

export class Totals {
  readonly #counts = new Map<string, number>([
    ['approved', 0],
    ['declined', 0],
    ['reversed', 0],
  ]);

  readonly observe: Observe = ({ what }: Observation) => {
    const end = ENDS[what];
    if (end !== undefined) this.#counts.set(end, this.#counts.get(end)! + 1);
  };

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
