/** What each attack costs on the legacy device, measured in full: the figures beside the matrix. */
import type { Attack, AttackOptions } from '../attack.js';
import { type AttackReport, runAttack } from '../run-attack.js';

/** Keys that `rsa-padding` is run against where nothing is said: calls vary widely with the key. */
export const RSA_KEYS = 25;

/** Settings beside the plain one that have figures of their own. */
const VARIANTS: Readonly<Record<string, readonly Partial<AttackOptions>[]>> = {
  'decimalisation-offset': [
    { digits: 4 },
    { digits: 4, tableCheck: true },
    { digits: 5 },
    { digits: 6 },
  ],
};
/** Calls that all searches of `rsa-padding` together may take here. */
const MAX_CALLS = 10_000_000;

export async function measureFigures(
  attacks: readonly Attack[],
  { now, rsaKeys = RSA_KEYS }: { now: () => number; rsaKeys?: number },
  progress: (text: string) => void,
): Promise<AttackReport[]> {
  const reports: AttackReport[] = [];
  for (const attack of attacks) {
    for (const variant of VARIANTS[attack.name] ?? [{}]) {
      progress(`${attack.name} in full`);
      const options = {
        effort: 'full',
        runs: rsaKeys,
        maxCalls: MAX_CALLS,
        ...variant,
      } as const;
      reports.push(await runAttack(attack, { mode: 'legacy', now, options }));
    }
  }
  return reports;
}
