/**
 * Provisioning of the demo network: institutions, the keys that they share, terminals, cards. Every
 * step looks first at what is there, so a start that was cut short is finished by the next one, and a
 * second start adds nothing.
 */
import { wipe } from '@pinfold/crypto';
import type {
  AtmFleet,
  IssuerStore,
  KeyRecord,
  NewCard,
  NewTerminal,
  SwitchStore,
} from '@pinfold/flows';
import {
  DEMO_EXPIRY,
  demoCardNumber,
  demoTerminal,
  demoTerminalAlgorithm,
  ISSUERS,
  type IssuerFacts,
  OPENING_BALANCE_MINOR,
} from '@pinfold/flows';
import {
  CONTEXTS,
  carryDataKey,
  FLEET_LINK,
  IDENTITIES,
  type Institution,
  type InstitutionTokens,
  issuerTopology,
  makeDataKey,
  makeKey,
  makeSharedKey,
  must,
  type OpenedKeys,
  wireOf,
} from '@pinfold/institution';
import { maskPan } from '@pinfold/messages';

export type Progress = (done: { step: string; count: number; of: number }) => void;

export interface DemoInstitutions {
  readonly fleet: Institution;
  readonly acquirer: Institution;
  readonly issuers: ReadonlyMap<string, Institution>;
}

/** Decimalisation table of the IBM 3624 literature. */
const DECIMALISATION_TABLE = '0123456789012345';
const PVKI = '1';
const FIRST_VERSION = 1;
const TERMINALS_AT_ONCE = 100;
const CARDS_AT_ONCE = 1_000;

/** Notes of a new terminal: 10, 20 and 50 EUR. */
const CASSETTES = [
  { denominationMinor: 1_000n, notes: 2_000 },
  { denominationMinor: 2_000n, notes: 2_000 },
  { denominationMinor: 5_000n, notes: 2_000 },
];

/** Shared and own keys of all institutions; nothing when they have them. */
export async function provisionKeys(parties: DemoInstitutions): Promise<boolean> {
  const { fleet, acquirer, issuers } = parties;
  const everybody = [fleet, acquirer, ...issuers.values()];
  if (everybody.every((party) => party.tokens !== undefined)) return false;
  const drafts = new Map<Institution, InstitutionTokens>();
  const index = await makeDataKey(acquirer, CONTEXTS.index);
  for (const party of everybody) drafts.set(party, await ownKeys(party, index));
  await shareLink({ acquirer, other: fleet, link: FLEET_LINK, drafts });
  for (const facts of ISSUERS) {
    const issuer = issuers.get(facts.id);
    if (issuer === undefined) continue;
    await shareLink({ acquirer, other: issuer, link: facts.id, drafts });
    Object.assign(drafts.get(issuer)!.named, await verificationKeys(issuer, facts));
  }
  // Tokens say that an institution is complete: they come after the state that they need.
  for (const party of everybody) party.store.save();
  for (const [party, tokens] of drafts) party.keepTokens(tokens);
  return true;
}

async function ownKeys(at: Institution, index: string): Promise<InstitutionTokens> {
  const wrapped = await makeDataKey(at, CONTEXTS.vault(at.id, FIRST_VERSION));
  return { index, vault: [{ version: FIRST_VERSION, wrapped }], links: {}, named: {} };
}

/** A zone control key from a ceremony; under it travel the link's first data key and the index key. */
async function shareLink(o: {
  acquirer: Institution;
  other: Institution;
  link: string;
  drafts: ReadonlyMap<Institution, InstitutionTokens>;
}): Promise<void> {
  const { acquirer, other, link, drafts } = o;
  const zck = await makeSharedKey(acquirer, other, { type: 'ZCK' });
  const ends = {
    from: { at: acquirer, zck: zck.here.token },
    to: { at: other, zck: zck.there.token },
  };
  const context = CONTEXTS.link(link, FIRST_VERSION);
  const linkKey = await makeDataKey(acquirer, context);
  const note = (party: Institution, zckToken: string, wrapped: string): void => {
    const tokens = drafts.get(party)!;
    tokens.links[link] = [{ version: FIRST_VERSION, wrapped }];
    tokens.named[`zck.${link}`] = zckToken;
    tokens.named[`zck.${link}.check-value`] = zck.here.checkValue;
  };
  note(acquirer, zck.here.token, linkKey);
  note(other, zck.there.token, await carryDataKey(linkKey, { ...ends, context }));
  const theirs = drafts.get(other)!;
  theirs.index = await carryDataKey(theirs.index, { ...ends, context: CONTEXTS.index });
}

async function verificationKeys(
  issuer: Institution,
  facts: IssuerFacts,
): Promise<Record<string, string>> {
  const usage = facts.pinMethod === 'visa-pvv' ? 'PVK' : 'PGK';
  const { token, checkValue } = await makeKey(issuer, { type: 'P', usage, algorithm: 'T' });
  const named = { pvk: token, 'pvk.check-value': checkValue };
  if (facts.pinMethod === 'visa-pvv') return named;
  const { tableId } = await must(issuer.as(IDENTITIES.keyManager), 'RegisterDecimalisationTable', {
    table: DECIMALISATION_TABLE,
  });
  await must(issuer.as(IDENTITIES.officer), 'ActivateDecimalisationTable', { tableId });
  return { ...named, tableId };
}

/** The zone control key of a link as a record of the node that owns `at`. */
export function zckRecord(at: Institution, link: string, owner: string): KeyRecord {
  const { named } = at.provisioned;
  return {
    owner,
    usage: 'ZCK',
    version: FIRST_VERSION,
    token: named[`zck.${link}`]!,
    checkValue: named[`zck.${link}.check-value`]!,
    state: 'active',
  };
}

/** Terminals up to `count`: a TMK ceremony each, the components typed into its PIN pad by two couriers. */
export async function provisionTerminals(o: {
  acquirer: Institution;
  fleet: AtmFleet;
  switchStore: SwitchStore;
  count: number;
  progress: Progress;
}): Promise<number> {
  const { acquirer, fleet, switchStore, count, progress } = o;
  const present = new Set(fleet.terminals().map(({ terminal }) => terminal));
  const missing: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const terminal = demoTerminal(n);
    if (!present.has(terminal)) missing.push(terminal);
  }
  for (let from = 0; from < missing.length; from += TERMINALS_AT_ONCE) {
    const records: KeyRecord[] = [];
    const terminals: NewTerminal[] = [];
    for (const terminal of missing.slice(from, from + TERMINALS_AT_ONCE)) {
      const made = await terminalMasterKey({ acquirer, terminal });
      records.push(made.record);
      terminals.push(made.terminal);
    }
    // The switch first: a terminal that is there counts as finished, and is not looked at again.
    await switchStore.transact((tx) => tx.save({ keys: records }));
    const installed = await fleet.install(terminals);
    for (const { components } of terminals) for (const { component } of components) wipe(component);
    if (!installed.ok) throw new Error(`a PIN pad refused its keys: ${installed.code}`);
    progress({ step: 'terminals', count: from + records.length, of: missing.length });
  }
  return missing.length;
}

async function terminalMasterKey(o: {
  acquirer: Institution;
  terminal: string;
}): Promise<{ record: KeyRecord; terminal: NewTerminal }> {
  const { acquirer, terminal } = o;
  const algorithm = demoTerminalAlgorithm(terminal, acquirer.store.device.mode);
  const components: { courier: string; component: Uint8Array }[] = [];
  const { token, checkValue } = await makeKey(acquirer, { type: 'TMK', algorithm }, (envelopes) => {
    for (const { custodian, component } of envelopes) {
      components.push({ courier: custodian, component: Uint8Array.from(component) });
    }
  });
  return {
    record: {
      owner: terminal,
      usage: 'TMK',
      version: FIRST_VERSION,
      token,
      checkValue,
      state: 'active',
    },
    terminal: { terminal, algorithm, components, checkValue, cassettes: CASSETTES },
  };
}

/** Cards of one issuer up to `count`, with PINs that follow from the seed inside its device. */
export async function provisionCards(o: {
  issuer: Institution;
  facts: IssuerFacts;
  store: IssuerStore;
  keys: OpenedKeys;
  count: number;
  seed: string;
  progress: Progress;
}): Promise<number> {
  const { issuer, facts, store, keys, count, seed, progress } = o;
  const { named } = issuer.provisioned;
  const hsm = issuer.as(IDENTITIES.production);
  const wire = wireOf(keys, issuerTopology(facts.id));
  const first = (await store.countCards()) + 1;
  for (let from = first; from <= count; from += CARDS_AT_ONCE) {
    const sequences = Array.from(
      { length: Math.min(CARDS_AT_ONCE, count - from + 1) },
      (_, i) => from + i,
    );
    const pans = sequences.map((sequence) => demoCardNumber(facts, sequence));
    const issued = await hsm.run(
      'IssueDemoPin',
      pans.map((pan) => ({
        pan,
        seed,
        method: facts.pinMethod,
        pvk: named.pvk!,
        ...(facts.pinMethod === 'visa-pvv' ? { pvki: PVKI } : { tableId: named.tableId! }),
      })),
    );
    const cards: NewCard[] = issued.map((outcome, i) => {
      if (!outcome.ok)
        throw new Error(`the device of ${facts.name} refused a card: ${outcome.code}`);
      const pan = pans[i]!;
      return {
        key: wire.indexOf(pan),
        sealedPan: keys.vault.seal(pan),
        maskedPan: maskPan(pan),
        expiry: DEMO_EXPIRY,
        status: 'active',
        record: outcome.value.record,
        accountId: sequences[i]!,
        openingMinor: OPENING_BALANCE_MINOR,
      };
    });
    await store.createCards(cards);
    progress({ step: `cards of ${facts.name}`, count: from + cards.length - 1, of: count });
  }
  return Math.max(0, count - first + 1);
}
