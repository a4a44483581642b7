/** What customers do, as shares: amounts, wrong PINs, amounts beyond any limit. */
import type { SeededRandom } from './seeded-random.js';

export interface TrafficMix {
  readonly amounts: readonly { readonly amountMinor: bigint; readonly weight: number }[];
  /** Share of customers who mistype their PIN. */
  readonly wrongPinShare: number;
  /** Share who ask for more than any account or limit allows. */
  readonly overLimitShare: number;
  readonly overLimitMinor: bigint;
}

export const DEFAULT_MIX: TrafficMix = {
  amounts: [
    { amountMinor: 1_000n, weight: 3 },
    { amountMinor: 2_000n, weight: 4 },
    { amountMinor: 5_000n, weight: 2 },
    { amountMinor: 7_000n, weight: 1 },
  ],
  wrongPinShare: 0.01,
  overLimitShare: 0.005,
  overLimitMinor: 200_000n,
};

/** What one customer is about to do. */
export interface Intention {
  readonly customer: number;
  readonly amountMinor: bigint;
  readonly mistypes: boolean;
}

/** @throws RangeError on shares outside 0 to 1 or amounts without weight */
export function requireMix({ amounts, wrongPinShare, overLimitShare }: TrafficMix): void {
  const shares = [wrongPinShare, overLimitShare].every((s) => s >= 0 && s <= 1);
  const weighted = amounts.some((a) => a.weight > 0) && amounts.every((a) => a.weight >= 0);
  if (!shares || !weighted) throw new RangeError('shares are 0 to 1, and some amount has a weight');
}

export function drawIntention(
  random: SeededRandom,
  o: { customers: number; mix: TrafficMix },
): Intention {
  const { customers, mix } = o;
  return {
    customer: random.below(customers),
    mistypes: random.chance(mix.wrongPinShare),
    amountMinor: random.chance(mix.overLimitShare) ? mix.overLimitMinor : drawAmount(random, mix),
  };
}

function drawAmount(random: SeededRandom, { amounts }: TrafficMix): bigint {
  const total = amounts.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.below(total);
  for (const { amountMinor, weight } of amounts) {
    if (at < weight) return amountMinor;
    at -= weight;
  }
  throw new Error('the weights do not add up');
}

/** Another PIN of the same length: the last digit off by one. */
export function mistyped(pin: string): string {
  return pin.slice(0, -1) + ((Number(pin.at(-1)) + 1) % 10);
}
