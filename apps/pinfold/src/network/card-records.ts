/** Verification records of demo cards, whose PINs the issuer's own device derives from the seed. */
import type { IssuerFacts } from '@pinfold/flows';
import { IDENTITIES, type Institution } from '@pinfold/institution';

/** The records of cards, in order. */
export type RecordsOf = (pans: readonly string[]) => Promise<readonly string[]>;

/** The issuer's own device makes PIN and record in one step. */
export function ownRecords(o: {
  issuer: Institution;
  facts: IssuerFacts;
  seed: string;
}): RecordsOf {
  const { issuer, facts, seed } = o;
  const { named } = issuer.provisioned;
  const hsm = issuer.as(IDENTITIES.production);
  const how = methodOf(facts, named.tableId);
  return async (pans) => {
    const inputs = pans.map((pan) => ({ pan, seed, pvk: named.pvk!, ...how }));
    const issued = await hsm.run('IssueDemoPin', inputs);
    return issued.map((outcome) => {
      if (outcome.ok) return outcome.value.record;
      throw new Error(`the device of ${facts.name} refused a card: ${outcome.code}`);
    });
  };
}

const PVKI = '1';

/** How an issuer's PINs are verified: Visa PVV with an index, IBM 3624 with a table of its device. */
export function methodOf({ pinMethod: method }: IssuerFacts, tableId: string | undefined) {
  return method === 'visa-pvv' ? { method, pvki: PVKI } : { method, tableId };
}
