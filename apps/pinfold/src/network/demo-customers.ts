/** The customers of the demo network: its cards, and PINs asked of the issuers' devices. */
import { DEMO_EXPIRY, demoCardNumber, ISSUERS } from '@pinfold/flows';
import { IDENTITIES } from '@pinfold/institution';
import { type Customers, demoCustomers, writeCustomers } from '../../../atm/src/index.js';
import type { OpenedNetwork } from './open-network.js';

/** Cards whose holders an ATM process of its own plays; a file of them takes 28 bytes a card. */
const MOST_IN_FILE = 200_000;

export function customersOf(
  network: OpenedNetwork,
  o: { seed: string; cardsPerIssuer: number },
): Customers {
  const { seed, cardsPerIssuer } = o;
  const pinsOf = async (pans: readonly string[]): Promise<string[]> => {
    const pins = new Map<string, string>();
    for (const { facts, institution } of network.issuers.values()) {
      const own = pans.filter((pan) => pan.startsWith(facts.cardPrefix));
      if (own.length === 0) continue;
      const shown = await institution.as(IDENTITIES.production).run(
        'ShowDemoPin',
        own.map((pan) => ({ pan, seed })),
      );
      for (const [i, outcome] of shown.entries()) {
        if (outcome.ok) pins.set(own[i]!, outcome.value.pin);
      }
    }
    return pans.map((pan) => pins.get(pan) ?? '0000');
  };
  return demoCustomers({ issuers: ISSUERS, cardsPerIssuer, pinsOf });
}

/** Writes what the customers know into the data folder, for an ATM process without the issuers' devices. */
export async function keepCustomersFile(
  network: OpenedNetwork,
  o: { dataDir: string; seed: string; cardsPerIssuer: number },
): Promise<void> {
  const customers = customersOf(network, o);
  const each = Math.min(o.cardsPerIssuer, Math.floor(MOST_IN_FILE / ISSUERS.length));
  const pans = ISSUERS.flatMap((facts) =>
    Array.from({ length: each }, (_, i) => demoCardNumber(facts, i + 1)),
  );
  const pins = await customers.pinsOf(pans);
  writeCustomers(
    o.dataDir,
    pans.map((pan, i) => ({ pan, expiry: DEMO_EXPIRY, pin: pins[i]! })),
  );
}
