/**
 * Cards of the demo network. Their PINs follow from the seed inside the issuer's own device; a step that was
 * cut short goes on after the last card that is there.
 */
import type { IssuerStore, NewCard } from '@pinfold/flows';
import {
  DEMO_EXPIRY,
  demoCardNumber,
  type IssuerFacts,
  OPENING_BALANCE_MINOR,
} from '@pinfold/flows';
import {
  type HsmAccess,
  type Institution,
  issuerTopology,
  type OpenedKeys,
  wireOf,
  worldOf,
} from '@pinfold/institution';
import { maskPan } from '@pinfold/messages';
import { ownRecords } from './card-records.js';
import { payshieldRecords } from './payshield-records.js';
import type { Progress } from './progress.js';

const CARDS_AT_ONCE = 1_000;

/** Cards of one issuer up to `count`. Gives how many were made. */
export async function provisionCards(o: {
  issuer: Institution;
  hsm: HsmAccess;
  facts: IssuerFacts;
  store: IssuerStore;
  keys: OpenedKeys;
  count: number;
  seed: string;
  progress: Progress;
}): Promise<number> {
  const { issuer, facts, store, keys, count, progress } = o;
  const wire = wireOf(keys, issuerTopology(facts.id));
  const first = (await store.countCards()) + 1;
  if (first > count) return 0;
  const recordsOf =
    worldOf(issuer.provisioned) === 'payshield' ? await payshieldRecords(o) : ownRecords(o);
  for (let from = first; from <= count; from += CARDS_AT_ONCE) {
    const sequences = Array.from(
      { length: Math.min(CARDS_AT_ONCE, count - from + 1) },
      (_, i) => from + i,
    );
    const pans = sequences.map((sequence) => demoCardNumber(facts, sequence));
    const records = await recordsOf(pans);
    const cards = pans.map(
      (pan, i): NewCard => ({
        key: wire.indexOf(pan),
        sealedPan: keys.vault.seal(pan),
        maskedPan: maskPan(pan),
        expiry: DEMO_EXPIRY,
        status: 'active',
        record: records[i]!,
        accountId: sequences[i]!,
        openingMinor: OPENING_BALANCE_MINOR,
      }),
    );
    await store.createCards(cards);
    progress({ step: `cards of ${facts.name}`, count: from + cards.length - 1, of: count });
  }
  return count - first + 1;
}
