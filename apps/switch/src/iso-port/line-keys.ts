/**
 * Keys that a line's other end shares with the switch: the master key of a terminal, the zone control
 * key of a partner. Where the switch has none yet, a ceremony makes one, and its two components are
 * left as letters, one file a courier, for the people who type them in at the other end and then burn
 * them. The letters are written before the key is kept: a start cut short between makes both anew.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '@pinfold/crypto';
import { ISSUERS, type KeyRecord, type SwitchOptions, type SwitchStore } from '@pinfold/flows';
import type { Envelope } from '@pinfold/hsm';
import {
  type CeremonyKey,
  CONTEXTS,
  IDENTITIES,
  type Institution,
  type KeyConsole,
  makeDataKey,
  makeProductionKey,
  must,
  type OpenedKeys,
} from '@pinfold/institution';
import { UsageError } from '@pinfold/platform';
import { writeLetter } from './letter.js';
import { type IssuerConfig, LETTERS_FOLDER, type Lines } from './lines-file.js';

export interface LineKeysOptions {
  readonly lines: Lines;
  readonly acquirer: Institution;
  readonly keys: OpenedKeys;
  readonly store: Pick<SwitchStore, 'keys' | 'transact'>;
  readonly dataDir: string;
  readonly terminalAlgorithm: (terminal: string) => 'T' | 'A';
  /** The console of payShields, where the acquirer's keys are theirs. */
  readonly console?: () => Promise<KeyConsole | undefined>;
}

const FIRST_VERSION = 1;
/** Terminals whose keys are made before they are kept together. */
const AT_ONCE = 100;

/** Before the switch starts, which reads its keys once. Gives how many keys were made. */
export async function provisionLineKeys(o: LineKeysOptions): Promise<number> {
  const wanted = [
    ...o.lines.acquirers.flatMap(({ terminals }) =>
      terminals.map((owner) => wish(owner, 'TMK', o.terminalAlgorithm(owner))),
    ),
    ...partnersOf(o.lines).map(({ name, cards }) => wish(name, 'ZCK', cards.algorithm)),
  ];
  for (const { name } of partnersOf(o.lines)) await openPartnerLink(name, o);
  let made = 0;
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const some = wanted.slice(from, from + AT_ONCE);
    const held = await o.store.keys(some.map(({ owner }) => owner));
    const missing = some.filter(
      ({ owner, usage }) => !held.some((key) => key.owner === owner && key.usage === usage),
    );
    const console = missing.length === 0 ? undefined : await o.console?.();
    const atOnce = console?.byHand === true ? 1 : AT_ONCE;
    for (let at = 0; at < missing.length; at += atOnce) {
      const keys: KeyRecord[] = [];
      for (const each of missing.slice(at, at + atOnce)) {
        keys.push(await ceremony(each, { ...o, console }));
      }
      await o.store.transact((tx) => tx.save({ keys }));
    }
    made += missing.length;
  }
  return made;
}

/** Issuer lines to institutions outside the demo network. */
export type Partner = IssuerConfig & { readonly cards: NonNullable<IssuerConfig['cards']> };

const DEMO_ISSUERS: ReadonlySet<string> = new Set(ISSUERS.map(({ id }) => id));

/** @throws UsageError when it is not clear whose cards a line takes */
export function partnersOf({ issuers }: Lines): Partner[] {
  return issuers.flatMap((line): Partner[] => {
    const { name, cards } = line;
    if (DEMO_ISSUERS.has(name) === (cards === undefined)) {
      return cards === undefined ? [] : [{ ...line, cards }];
    }
    throw new UsageError(
      cards === undefined
        ? `the issuer line ${name} needs "cards": only demo issuers have them known`
        : `the issuer line ${name} must not have "cards": they are the demo network's`,
    );
  });
}

/** Routes and links of the switch with those of the partners. */
export function withPartners(options: SwitchOptions, lines: Lines): SwitchOptions {
  const partners = partnersOf(lines);
  return {
    ...options,
    routes: [
      ...options.routes,
      ...partners.map(({ name, cards }) => ({ prefix: cards.prefix, issuer: name })),
    ],
    issuers: [
      ...options.issuers,
      ...partners.map(({ name, cards: { algorithm } }) => ({
        id: name,
        algorithm,
        pinFormat: algorithm === 'A' ? ('iso4' as const) : ('iso0' as const),
      })),
    ],
  };
}

interface Wish {
  readonly owner: string;
  readonly usage: 'TMK' | 'ZCK';
  readonly algorithm: 'T' | 'A';
}

function wish(owner: string, usage: Wish['usage'], algorithm: Wish['algorithm']): Wish {
  return { owner, usage, algorithm };
}

async function ceremony(
  { owner, usage, algorithm }: Wish,
  {
    acquirer,
    dataDir,
    console,
  }: Pick<LineKeysOptions, 'acquirer' | 'dataDir'> & { console: KeyConsole | undefined },
): Promise<KeyRecord> {
  const folder = join(dataDir, LETTERS_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const withEnvelopes = (envelopes: readonly Envelope[], key: CeremonyKey): void => {
    for (const { custodian, component } of envelopes) {
      writeLetter(folder, {
        owner,
        usage,
        algorithm,
        courier: custodian,
        component: toHex(component),
        checkValue: key.checkValue,
      });
    }
  };
  const { token, checkValue } = await makeProductionKey(
    acquirer,
    { type: usage, algorithm },
    { key: usage === 'ZCK' ? 'ZMK' : usage, owner, console, withEnvelopes },
  );
  return { owner, usage, version: FIRST_VERSION, token, checkValue, state: 'active' };
}

/** The link's data key seals records between the switch and its own line: it never leaves the acquirer. */
async function openPartnerLink(link: string, { acquirer, keys }: LineKeysOptions): Promise<void> {
  const tokens = acquirer.provisioned;
  const context = CONTEXTS.link(link, FIRST_VERSION);
  if (tokens.links[link] === undefined) {
    const wrapped = await makeDataKey(acquirer, context);
    const links = { ...tokens.links, [link]: [{ version: FIRST_VERSION, wrapped }] };
    acquirer.keepTokens({ ...tokens, links });
  }
  if (keys.sealer.has(link, FIRST_VERSION)) return;
  const { wrapped } = acquirer.provisioned.links[link]![0]!;
  const hsm = acquirer.as(IDENTITIES.production);
  const { dataKey } = await must(hsm, 'DecryptDataKey', { wrapped, context });
  keys.sealer.add({ link, version: FIRST_VERSION, key: dataKey });
}
