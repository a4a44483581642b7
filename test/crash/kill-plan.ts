/** When what is killed: drawn from the seed before the run, so that a run can be repeated. */
import { Seeded } from './seeded.js';

export interface PlannedKill {
  readonly target: string;
  /**
   * `load`: the system is up and withdrawals are under way.
   * `recovery`: it is starting, or getting over the kill before.
   */
  readonly moment: 'load' | 'recovery';
  /** From that moment on. */
  readonly afterMs: number;
}

/** Longest that a kill waits: about as long as a start takes. */
const LOAD_MS = 1_200;
const RECOVERY_MS = 3_000;
const RECOVERY_SHARE = 0.3;

/** Every target comes before any comes again, so that a short run leaves none out. */
export function planKills(o: {
  seed: number;
  kills: number;
  targets: readonly string[];
}): PlannedKill[] {
  const random = new Seeded(o.seed, 'kills');
  const plan: PlannedKill[] = [];
  let round: string[] = [];
  for (let i = 0; i < o.kills; i += 1) {
    if (round.length === 0) round = [...o.targets];
    const [target] = round.splice(random.below(round.length), 1);
    const moment = random.chance(RECOVERY_SHARE) ? 'recovery' : 'load';
    const afterMs = random.below(moment === 'load' ? LOAD_MS : RECOVERY_MS);
    plan.push({ target: target!, moment, afterMs });
  }
  return plan;
}
