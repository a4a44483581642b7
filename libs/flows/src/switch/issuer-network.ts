/**
 * 0800/0810 with issuers: first and new zone keys, sign-on, echo. An issuer confirms its keys by its
 * 0810; the old ones stay good beside them.
 */
import { type FieldValue, textOf } from '@pinfold/iso8583';
import { issuerRequests, RESPONSE } from '@pinfold/messages';
import { type KeyRecord, NETWORK_CODES, TIMEOUTS } from '../node.js';
import type { Admitted } from './admission.js';
import { type Draft, NO_SECURITY, transmissionTime } from './build.js';
import {
  activated,
  makeOffers,
  type NetworkContext,
  type NetworkOutcome,
  type Offer,
  offeredPair,
} from './key-offers.js';
import {
  type AskedRequest,
  dueOn,
  type LinkRecord,
  type NetworkCode,
  newLink,
  withAnswered,
  withAsked,
} from './links.js';
import type { IssuerLink } from './options.js';
import type { Note, SwitchEvent } from './step.js';
import type { SwitchStore } from './store.js';
import type { KeyPairWanted } from './working-keys.js';

/** Characters of DE 41. */
const TERMINAL_FIELD = 8;

const ZONE_USAGES = ['ZPK', 'ZAK'] as const;

/**
 * Offers zone keys to the issuer: new ones, or those whose 0810 did not come. The old ones stay until
 * the 0810 and beyond.
 */
async function offerZoneKeys(link: IssuerLink, ctx: NetworkContext): Promise<NetworkOutcome> {
  const { ring } = ctx;
  const detail = { issuer: link.id };
  const zck = ring.newest(link.id, 'ZCK');
  if (zck === undefined)
    return { drafts: [], notes: [{ what: 'zone-control-key-missing', detail }] };
  const wanted: KeyPairWanted = {
    owner: link.id,
    usages: ZONE_USAGES,
    algorithm: link.algorithm,
    under: zck.token,
    offered: offeredPair(ring, link.id, ZONE_USAGES),
  };
  const [made] = await makeOffers([wanted], ctx);
  if (made === undefined) return { drafts: [], notes: [{ what: 'zone-keys-refused', detail }] };
  const asked = await noteAsked(link.id, NETWORK_CODES.keyChange, made.version, ctx);
  const draft = networkRequest(link.id, { code: NETWORK_CODES.keyChange, asked, keys: made }, ctx);
  const note = { what: 'zone-keys-offered', detail: { ...detail, version: made.version } };
  return { drafts: [draft], notes: [note] };
}

/**
 * Merges what this instance has noticed into the shared link records and sends what is due: first
 * keys, lost offers, sign-on, echo. The records are locked, so one instance asks.
 */
export async function tendLinks(ctx: NetworkContext): Promise<NetworkOutcome> {
  const { links, ports, ring, options } = ctx;
  const nowMs = ports.clock.now();
  const timeouts = ports.timeouts ?? TIMEOUTS;
  // Another instance may have offered keys, or seen them confirmed.
  for (const key of await ports.store.keys(links.issuers)) ring.put(key);
  const { records, due } = await ports.store.transact(async (tx) => {
    const held = new Map((await tx.lockLinks(links.issuers)).map((link) => [link.issuer, link]));
    const due = new Map<string, NetworkCode>();
    const records = links.issuers.map((issuer) => {
      const merged = links.merge(held.get(issuer) ?? newLink(issuer));
      if (ring.newest(issuer, 'ZCK') === undefined) return merged;
      const confirmed = ring.newest(issuer, 'ZAK')?.state === 'active';
      const keyed = ring.active(issuer, 'ZAK') !== undefined;
      const code = dueOn(merged, { nowMs, timeouts, confirmed, keyed });
      if (code === undefined) return merged;
      due.set(issuer, code);
      return withAsked(merged, {
        code,
        transmittedAt: transmissionTime(nowMs),
        sentMs: nowMs,
        keyVersion: 0,
      });
    });
    const changed = records.filter((link) => held.get(link.issuer) !== link);
    if (changed.length > 0) await tx.save({ links: changed });
    return { records, due };
  });
  links.merged(records);
  const drafts: Draft[] = [];
  const notes: Note[] = [];
  for (const link of options.issuers) {
    const code = due.get(link.id);
    if (code === undefined) continue;
    if (code === NETWORK_CODES.keyChange) {
      const changed = await offerZoneKeys(link, ctx);
      drafts.push(...changed.drafts);
      notes.push(...changed.notes);
    } else {
      const asked = links.of(link.id).asked[code]!;
      drafts.push(networkRequest(link.id, { code, asked }, ctx));
    }
  }
  return { drafts, notes };
}

/**
 * Has new working keys made for an issuer's link: the next tick of any instance offers them, and
 * messages under the old ones stay good.
 */
export async function wantZoneKeys(store: SwitchStore, issuer: string): Promise<void> {
  await store.transact(async (tx) => {
    const [held = newLink(issuer)] = await tx.lockLinks([issuer]);
    await tx.save({ links: [{ ...held, keysMs: 0 }] });
  });
}

async function noteAsked(
  issuer: string,
  code: NetworkCode,
  keyVersion: number,
  { ports, links }: NetworkContext,
): Promise<AskedRequest> {
  const sentMs = ports.clock.now();
  const link = await ports.store.transact(async (tx) => {
    const [held = newLink(issuer)] = await tx.lockLinks([issuer]);
    const transmittedAt = transmissionTime(sentMs);
    const noted = withAsked(links.merge(held), { code, transmittedAt, sentMs, keyVersion });
    await tx.save({ links: [noted] });
    return noted;
  });
  links.merged([link]);
  return link.asked[code]!;
}

function networkRequest(
  issuer: string,
  { code, asked, keys }: { code: NetworkCode; asked: AskedRequest; keys?: Offer },
  { options }: NetworkContext,
): Draft {
  const fields: Record<number, FieldValue> = {
    7: asked.transmittedAt,
    11: asked.stan,
    32: options.acquirer,
    41: issuer.toUpperCase().padEnd(TERMINAL_FIELD).slice(0, TERMINAL_FIELD),
    70: code,
  };
  if (keys !== undefined) fields[48] = keys.text;
  return {
    message: { mti: '0800', fields },
    topic: issuerRequests(issuer),
    keyText: issuer,
    owner: issuer,
    usage: 'ZAK',
    security: NO_SECURITY,
    correlation: `${issuer}-${asked.transmittedAt}-${asked.stan}`,
  };
}

/** What 0810s of issuers have settled: keys now active, events, notes. */
export interface LinksAnswered {
  readonly keys: readonly KeyRecord[];
  readonly events: readonly SwitchEvent[];
  readonly notes: readonly Note[];
}

/** 0810s with a good MAC (or without one, for first keys). Rare, so a transaction of their own. */
export async function linksAnswered(
  answers: readonly Admitted[],
  ctx: NetworkContext,
): Promise<LinksAnswered> {
  const { ports, links, ring } = ctx;
  const issuers = [...new Set(answers.map(({ owner }) => owner))].sort();
  // The keys may have been offered by another instance.
  for (const key of await ports.store.keys(issuers)) ring.put(key);
  const outcome = await ports.store.transact(async (tx) => {
    const held = new Map((await tx.lockLinks(issuers)).map((link) => [link.issuer, link]));
    const settled = answers.map((answer) => {
      const link = links.merge(held.get(answer.owner) ?? newLink(answer.owner));
      const result = settle(answer, link, ctx);
      held.set(answer.owner, result.link);
      return result;
    });
    const records = [...held.values()];
    await tx.save({ links: records });
    return { settled, records };
  });
  links.merged(outcome.records);
  return {
    keys: outcome.settled.flatMap(({ keys }) => keys),
    events: outcome.settled.flatMap(({ events }) => events),
    notes: outcome.settled.map(({ note }) => note),
  };
}

interface Settled {
  readonly link: LinkRecord;
  readonly keys: readonly KeyRecord[];
  readonly events: readonly SwitchEvent[];
  readonly note: Note;
}

function settle(answer: Admitted, link: LinkRecord, { ring, ports }: NetworkContext): Settled {
  const { message } = answer.incoming;
  const { issuer } = link;
  const code = textOf(message, 70) ?? '';
  const responseCode = textOf(message, 39) ?? '';
  const detail = { issuer, code };
  const id = { stan: textOf(message, 11) ?? '', transmittedAt: textOf(message, 7) ?? '' };
  const nothing = { link, keys: [], events: [] };
  if (responseCode !== RESPONSE.approved) {
    return { ...nothing, note: { what: 'network-refused', responseCode, detail } };
  }
  const answered = withAnswered(link, code, id);
  if (answered === undefined)
    return { ...nothing, note: { what: 'network-answer-unmatched', detail } };
  const note: Note = { what: 'network-answered', responseCode, detail };
  const atMs = ports.clock.now();
  const settled = { ...nothing, link: answered.link, note };
  if (code === NETWORK_CODES.signOn && !link.signedOn) {
    const signedOn = { type: 'issuer.signed-on', id: `signed-on-${issuer}-${atMs}`, atMs } as const;
    return { ...settled, events: [{ ...signedOn, data: { issuer } }] };
  }
  if (code !== NETWORK_CODES.keyChange) return settled;
  const keys = activated(ring, issuer, ZONE_USAGES, answered.request.keyVersion);
  const events = keys.map(({ usage, version, checkValue }) => ({
    type: 'issuer.key-changed' as const,
    id: `key-changed-${issuer}-${usage}-${version}-${checkValue}`,
    atMs,
    data: { issuer, usage: usage as 'ZPK' | 'ZAK', keyVersion: version, checkValue },
  }));
  return { ...settled, link: { ...answered.link, keysMs: atMs }, keys, events };
}
