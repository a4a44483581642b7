/**
 * Keys of the demo network's institutions: own ones, and those that they share. Nothing is done where they
 * are there, so a start that was cut short is finished by the next one.
 */
import type { KeyRecord } from '@pinfold/flows';
import { ISSUERS, type IssuerFacts } from '@pinfold/flows';
import {
  CONTEXTS,
  carryDataKey,
  FLEET_LINK,
  IDENTITIES,
  type Institution,
  type InstitutionTokens,
  type KeyConsole,
  makeDataKey,
  makeProductionKey,
  makeSharedKey,
  must,
  namedOfLmk,
  PAYSHIELD_NAMED,
  zoneKeyOf,
} from '@pinfold/institution';
import { shareZoneMasterKey } from './payshield-keys.js';

export interface DemoInstitutions {
  readonly fleet: Institution;
  readonly acquirer: Institution;
  readonly issuers: ReadonlyMap<string, Institution>;
}

/** Decimalisation table of the IBM 3624 literature. */
const DECIMALISATION_TABLE = '0123456789012345';
const FIRST_VERSION = 1;

/**
 * Shared and own keys of all institutions; nothing when they have them. With the console of payShields the
 * keys of production are under their LMK.
 */
export async function provisionKeys(
  parties: DemoInstitutions,
  openConsole: () => Promise<KeyConsole | undefined> = async () => undefined,
): Promise<boolean> {
  const { fleet, acquirer, issuers } = parties;
  const everybody = [fleet, acquirer, ...issuers.values()];
  if (everybody.every((party) => party.tokens !== undefined)) return false;
  const console = await openConsole();
  const drafts = new Map<Institution, InstitutionTokens>();
  const index = await makeDataKey(acquirer, CONTEXTS.index);
  for (const party of everybody) drafts.set(party, await ownKeys(party, index, console));
  await shareLink({ acquirer, other: fleet, link: FLEET_LINK, drafts });
  for (const facts of ISSUERS) {
    const issuer = issuers.get(facts.id);
    if (issuer === undefined) continue;
    await shareLink({ acquirer, other: issuer, link: facts.id, drafts, console });
    Object.assign(drafts.get(issuer)!.named, await verificationKeys(issuer, facts, console));
  }
  // Tokens say that an institution is complete: they come after the state that they need.
  for (const party of everybody) party.store.save();
  for (const [party, tokens] of drafts) party.keepTokens(tokens);
  return true;
}

async function ownKeys(
  at: Institution,
  index: string,
  console: KeyConsole | undefined,
): Promise<InstitutionTokens> {
  const first = async (contextOf: (institution: string, version: number) => string) => {
    const wrapped = await makeDataKey(at, contextOf(at.id, FIRST_VERSION));
    return [{ version: FIRST_VERSION, wrapped }];
  };
  const own = { index, vault: await first(CONTEXTS.vault), links: {}, named: {} };
  if (console === undefined) return own;
  const records = await first(CONTEXTS.records);
  return { ...own, world: 'payshield', records, named: namedOfLmk(console.lmk) };
}

/** A zone control key from a ceremony; under it travel the link's first data key and the index key. */
async function shareLink(o: {
  acquirer: Institution;
  other: Institution;
  link: string;
  drafts: ReadonlyMap<Institution, InstitutionTokens>;
  console?: KeyConsole;
}): Promise<void> {
  const { acquirer, other, link, drafts, console } = o;
  const theirs = drafts.get(other)!;
  const ours = drafts.get(acquirer)!;
  const zck =
    console === undefined
      ? await makeSharedKey(acquirer, other, { type: 'ZCK' })
      : await shareZoneMasterKey({ acquirer, other, link, console, named: [ours, theirs] });
  const ends = {
    from: { at: acquirer, zck: zck.here.token },
    to: { at: other, zck: zck.there.token },
  };
  const context = CONTEXTS.link(link, FIRST_VERSION);
  const linkKey = await makeDataKey(acquirer, context);
  const note = (tokens: InstitutionTokens, zckToken: string, wrapped: string): void => {
    tokens.links[link] = [{ version: FIRST_VERSION, wrapped }];
    tokens.named[`zck.${link}`] = zckToken;
    tokens.named[`zck.${link}.check-value`] = zck.here.checkValue;
  };
  note(ours, zck.here.token, linkKey);
  note(theirs, zck.there.token, await carryDataKey(linkKey, { ...ends, context }));
  theirs.index = await carryDataKey(theirs.index, { ...ends, context: CONTEXTS.index });
}

async function verificationKeys(
  issuer: Institution,
  facts: IssuerFacts,
  console: KeyConsole | undefined,
): Promise<Record<string, string>> {
  const usage = facts.pinMethod === 'visa-pvv' ? 'PVK' : 'PGK';
  const { token, checkValue } = await makeProductionKey(
    issuer,
    { type: 'P', usage, algorithm: 'T' },
    { key: usage, owner: facts.id, console },
  );
  const name = console === undefined ? 'pvk' : PAYSHIELD_NAMED.pvk;
  const named = { [name]: token, [`${name}.check-value`]: checkValue };
  if (facts.pinMethod === 'visa-pvv') return named;
  if (console !== undefined) {
    const table = await console.encipherTable(DECIMALISATION_TABLE, token);
    return { ...named, [PAYSHIELD_NAMED.table]: table };
  }
  const { tableId } = await must(issuer.as(IDENTITIES.keyManager), 'RegisterDecimalisationTable', {
    table: DECIMALISATION_TABLE,
  });
  await must(issuer.as(IDENTITIES.officer), 'ActivateDecimalisationTable', { tableId });
  return { ...named, tableId };
}

/** The zone control key of a link as a record of the node that owns `at`. */
export function zckRecord(at: Institution, link: string, owner: string): KeyRecord {
  const { token, checkValue } = zoneKeyOf(at.provisioned, link);
  return { owner, usage: 'ZCK', version: FIRST_VERSION, token, checkValue, state: 'active' };
}
