/** Fills cassettes that run low, so that a demo can go on for days. */
import type { AtmFleet } from '@pinfold/flows';

/** Below this share of a full cassette it is filled. */
const LOW_SHARE = 0.2;

export interface CashierOptions {
  /** Notes of a full cassette. */
  readonly fullNotes: number;
}

/** Fills what is low; gives the number of cassettes filled. */
export async function fillCassettes(fleet: AtmFleet, o: CashierOptions): Promise<number> {
  let filled = 0;
  for (const { cassettes } of fleet.terminals()) {
    for (const { terminal, position, notes } of cassettes) {
      if (notes >= o.fullNotes * LOW_SHARE) continue;
      await fleet.replenish({ terminal, position, notes: o.fullNotes - notes });
      filled += 1;
    }
  }
  return filled;
}
