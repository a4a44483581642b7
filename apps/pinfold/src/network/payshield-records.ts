/**
 * Records of demo cards at payShields, without a clear PIN on the way: a ZPK that the issuer's own device
 * makes travels to the payShields under the zone master key that both have; the demo device gives each
 * PIN as a PIN block under it; the payShields make PVV or offset of that.
 */
import type { IssuerFacts } from '@pinfold/flows';
import {
  type HsmAccess,
  IDENTITIES,
  type Institution,
  must,
  type OpenedKeys,
  PAYSHIELD_NAMED,
} from '@pinfold/institution';
import { EnvironmentError } from '@pinfold/platform';
import { methodOf, type RecordsOf } from './card-records.js';

const FORMAT = 'iso0';

export async function payshieldRecords(o: {
  issuer: Institution;
  hsm: HsmAccess;
  keys: OpenedKeys;
  facts: IssuerFacts;
  seed: string;
}): Promise<RecordsOf> {
  const { issuer, facts, seed } = o;
  const hsm = o.hsm.of(issuer, o.keys);
  const { named } = issuer.provisioned;
  const pvk = named[PAYSHIELD_NAMED.pvk]!;
  const own = issuer.as(IDENTITIES.production);
  const key = await carryPinKey(o);
  const how = methodOf(facts, undefined);
  return async (pans) => {
    const asked = pans.map((pan) => ({ pan, seed, key: key.own, format: FORMAT }) as const);
    const blocks = await own.run('DemoPinBlock', asked);
    const inputs = blocks.map((outcome, i) => {
      if (!outcome.ok) throw new Error(`the device of ${facts.name} has no PIN: ${outcome.code}`);
      const { pinBlock } = outcome.value;
      return { pan: pans[i]!, pinBlock, pvk, key: key.there, format: FORMAT, ...how } as const;
    });
    const made = await hsm.run('CreateVerificationRecord', inputs);
    return made.map((outcome) => {
      if (outcome.ok) return outcome.value.record;
      const why = [outcome.code, 'rule' in outcome ? outcome.rule : ''].join(' ').trimEnd();
      throw new EnvironmentError(`a payShield refused a card of ${facts.name}: ${why}`);
    });
  };
}

/** The same ZPK as a token of the issuer's own device and as one of the payShields. */
async function carryPinKey(o: {
  issuer: Institution;
  hsm: HsmAccess;
  facts: IssuerFacts;
}): Promise<{ own: string; there: string }> {
  const { issuer, hsm, facts } = o;
  const { named } = issuer.provisioned;
  const own = issuer.as(IDENTITIES.production);
  const made = await must(own, 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'T' });
  const { keyBlock } = await must(own, 'ExportKey', {
    key: made.key,
    under: named[PAYSHIELD_NAMED.localZmk(facts.id)]!,
  });
  const zmk = named[PAYSHIELD_NAMED.zmk(facts.id)]!;
  const taken = await hsm.payshields!.takePinKey({ keyBlock, zmk });
  if (taken.checkValue === made.checkValue) return { own: made.key, there: taken.token };
  throw new EnvironmentError(`the zone master key of ${facts.name} is not the payShields' one`);
}
