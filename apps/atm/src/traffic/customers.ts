/**
 * The people at the terminals: which cards there are, and what their holders know. In the demo network
 * a holder's PIN follows from the seed inside the issuer's device, and is asked there.
 */
import { DEMO_EXPIRY, demoCardNumber, type IssuerFacts } from '@pinfold/flows';
import { Recent } from '@pinfold/messages';

export interface Card {
  readonly pan: string;
  /** DE 14, YYMM. */
  readonly expiry: string;
}

export interface Customers {
  /** How many there are. */
  readonly count: number;
  card(index: number): Card;
  /** PINs as their holders would type them, in order. */
  pinsOf(pans: readonly string[]): Promise<readonly string[]>;
}

/** Cards of the demo network, one of each issuer in turn. */
export function demoCustomers(o: {
  issuers: readonly IssuerFacts[];
  cardsPerIssuer: number;
  pinsOf: (pans: readonly string[]) => Promise<readonly string[]>;
}): Customers {
  const { issuers, cardsPerIssuer, pinsOf } = o;
  return {
    count: issuers.length * cardsPerIssuer,
    card: (index) => {
      const issuer = issuers[index % issuers.length]!;
      const pan = demoCardNumber(issuer, Math.floor(index / issuers.length) + 1);
      return { pan, expiry: DEMO_EXPIRY };
    },
    pinsOf,
  };
}

/** PINs remembered: one string of four digits a card. */
const MEMORY = 100_000;

/** Customers whose PINs are asked for once, up to a limit. */
export function remembering(customers: Customers): Customers {
  const known = new Recent<string>(MEMORY);
  return {
    count: customers.count,
    card: (index) => customers.card(index),
    pinsOf: async (pans) => {
      const pins = pans.map((pan) => known.get(pan));
      const missing = pans.filter((_, i) => pins[i] === undefined);
      const asked = missing.length === 0 ? [] : await customers.pinsOf(missing);
      const fresh = new Map(missing.map((pan, i) => [pan, asked[i]!]));
      for (const [pan, pin] of fresh) known.set(pan, pin);
      return pins.map((pin, i) => pin ?? fresh.get(pans[i]!)!);
    },
  };
}
