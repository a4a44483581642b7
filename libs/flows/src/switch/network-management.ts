/**
 * 0800/0810 on both sides of the switch: sign-on and echo, new working keys for terminals that ask,
 * new zone keys for issuers. A new key stands beside the old ones as `offered` and becomes `active`
 * when the other side has shown that it holds it: a terminal by a good MAC under it, an issuer by
 * its 0810. An offer that was lost is made again from the stored tokens.
 */
import { type FieldValue, textOf } from '@pinfold/iso8583';
import { issuerRequests, RESPONSE } from '@pinfold/messages';
import { type KeyRecord, KeyRing, NETWORK_CODES, type NodePorts, nextVersion } from '../node.js';
import type { Admitted } from './admission.js';
import { type Draft, echoAnswer, NO_SECURITY, transmissionTime } from './build.js';
import type { LinkMonitor, NetworkCode } from './links.js';
import type { IssuerLink, SwitchOptions } from './options.js';
import type { Note, SwitchEvent } from './step.js';
import type { SwitchStore } from './store.js';
import {
  type KeyPairWanted,
  type MadeKey,
  makeKeyPairs,
  offersOf,
  recordsOf,
} from './working-keys.js';

export interface NetworkContext {
  readonly options: SwitchOptions;
  readonly ports: NodePorts<SwitchStore>;
  readonly ring: KeyRing;
  readonly links: LinkMonitor;
}

export interface NetworkOutcome {
  readonly drafts: readonly Draft[];
  readonly notes: readonly Note[];
}

const NOTHING: NetworkOutcome = { drafts: [], notes: [] };

const TERMINAL_USAGES = ['TPK', 'TAK'] as const;
const ZONE_USAGES = ['ZPK', 'ZAK'] as const;

/** Answers the 0800s of terminals; a key change is stored before it is answered. */
export async function answerTerminals(
  requests: readonly Admitted[],
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
  const drafts: Draft[] = [];
  const notes: Note[] = [];
  const changes = new Map<string, Admitted>();
  for (const request of requests) {
    const code = textOf(request.incoming.message, 70);
    const { owner: terminal } = request;
    if (code === NETWORK_CODES.keyChange) {
      changes.set(terminal, request);
    } else if (code === NETWORK_CODES.signOn || code === NETWORK_CODES.echo) {
      drafts.push(answerOf(request, RESPONSE.approved));
      notes.push({
        what: code === NETWORK_CODES.echo ? 'terminal-echo' : 'terminal-signed-on',
        terminal,
      });
    } else {
      drafts.push(answerOf(request, RESPONSE.invalidTransaction));
      notes.push({ what: 'network-code-unknown', terminal });
    }
  }
  if (changes.size > 0) {
    const changed = await changeTerminalKeys([...changes.values()], ctx);
    drafts.push(...changed.drafts);
    notes.push(...changed.notes);
  }
  return { drafts, notes };
}

function answerOf(request: Admitted, code: string, more?: Record<number, FieldValue>): Draft {
  const { message, correlation, traceparent } = request.incoming;
  const o = { mti: '0810', code, terminal: request.owner, correlation, traceparent, more };
  return echoAnswer(message, o);
}

async function changeTerminalKeys(
  requests: readonly Admitted[],
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
  const { ring, options } = ctx;
  const known = requests.filter(({ owner }) => ring.newest(owner, 'TMK') !== undefined);
  const offers = await makeOffers(
    known.map(({ owner }) => ({
      owner,
      usages: TERMINAL_USAGES,
      algorithm: options.terminalAlgorithm?.(owner) ?? 'T',
      under: ring.newest(owner, 'TMK')!.token,
      offered: offeredPair(ring, owner, TERMINAL_USAGES),
    })),
    ctx,
  );
  const drafts = known.map((request, i) => {
    const text = offers[i]?.text;
    if (text === undefined) return answerOf(request, RESPONSE.systemMalfunction);
    return answerOf(request, RESPONSE.approved, { 48: text });
  });
  const notes = requests.map(({ owner: terminal }): Note => {
    const made = offers[known.findIndex(({ owner }) => owner === terminal)];
    if (made === undefined) return { what: 'terminal-keys-refused', terminal };
    return { what: 'terminal-keys-offered', terminal, detail: { version: made.version } };
  });
  return { drafts, notes };
}

function offeredPair(
  ring: KeyRing,
  owner: string,
  usages: KeyPairWanted['usages'],
): KeyRecord[] | undefined {
  const newest = ring.newest(owner, usages[1]);
  if (newest?.state !== 'offered') return undefined;
  const pair = usages.flatMap((usage) => ring.at(owner, usage, newest.version) ?? []);
  return pair.length === usages.length ? pair : undefined;
}

interface Offer {
  readonly version: number;
  /** DE 48. */
  readonly text: string;
}

/** Makes pairs, numbers new ones after the newest version in the store, keeps them as offered. */
async function makeOffers(
  wanted: readonly KeyPairWanted[],
  { ports, ring }: NetworkContext,
): Promise<(Offer | undefined)[]> {
  const made = await makeKeyPairs(ports.hsm, wanted);
  if (made === undefined) return wanted.map(() => undefined);
  const versions = wanted.map(({ offered }) => offered?.[0]?.version);
  const fresh = wanted.flatMap((_, i) => (versions[i] === undefined && made[i] ? [i] : []));
  const kept = fresh.map((i) => ({ owner: wanted[i]!.owner, keys: made[i]! }));
  const numbers = await keepOffers(kept, { ports, ring });
  fresh.forEach((i, n) => {
    versions[i] = numbers[n];
  });
  return wanted.map((_, i) => {
    const keys = made[i];
    const version = versions[i];
    if (keys === undefined || version === undefined) return undefined;
    return { version, text: offersOf(keys, version) };
  });
}

/** The versions given, in order. */
async function keepOffers(
  made: readonly { owner: string; keys: readonly MadeKey[] }[],
  { ports, ring }: Pick<NetworkContext, 'ports' | 'ring'>,
): Promise<number[]> {
  if (made.length === 0) return [];
  const done = await ports.store.transact(async (tx) => {
    const held = new KeyRing(await tx.lockKeys(made.map(({ owner }) => owner)));
    const versions = made.map(({ owner, keys }) =>
      nextVersion(held.newest(owner, keys[0]!.usage)?.version ?? 0),
    );
    const records = made.flatMap(({ owner, keys }, i) => recordsOf(owner, keys, versions[i]!));
    await tx.save({ keys: records });
    return { versions, records };
  });
  for (const record of done.records) ring.put(record);
  return done.versions;
}

/**
 * Offers zone keys to the issuer: new ones, or those whose 0810 did not come. The old ones stay until
 * the 0810 and beyond.
 */
export async function changeZoneKeys(
  link: IssuerLink,
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
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
  const draft = networkRequest(link.id, NETWORK_CODES.keyChange, ctx, made);
  const note = { what: 'zone-keys-offered', detail: { ...detail, version: made.version } };
  return { drafts: [draft], notes: [note] };
}

/** What is due on the links: first keys, lost offers, sign-on, echo. */
export async function tendLinks(ctx: NetworkContext): Promise<NetworkOutcome> {
  const drafts: Draft[] = [];
  const notes: Note[] = [];
  const nowMs = ctx.ports.clock.now();
  for (const link of ctx.options.issuers) {
    const done = await tendLink(link, nowMs, ctx);
    drafts.push(...done.drafts);
    notes.push(...done.notes);
  }
  return { drafts, notes };
}

async function tendLink(
  link: IssuerLink,
  nowMs: number,
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
  const { ring, links } = ctx;
  if (ring.newest(link.id, 'ZCK') === undefined) return NOTHING;
  const confirmed = ring.newest(link.id, 'ZAK')?.state === 'active';
  if (!confirmed && links.mayAsk(link.id, NETWORK_CODES.keyChange, nowMs)) {
    return changeZoneKeys(link, ctx);
  }
  if (ring.active(link.id, 'ZAK') === undefined) return NOTHING;
  const code = links.due(link.id, nowMs);
  return code === undefined ? NOTHING : { drafts: [networkRequest(link.id, code, ctx)], notes: [] };
}

function networkRequest(
  issuer: string,
  code: NetworkCode,
  { options, links, ports }: NetworkContext,
  keys?: Offer,
): Draft {
  const sentMs = ports.clock.now();
  const transmittedAt = transmissionTime(sentMs);
  const stan = links.asked(issuer, { code, transmittedAt, sentMs, keyVersion: keys?.version });
  const fields: Record<number, FieldValue> = {
    7: transmittedAt,
    11: stan,
    32: options.acquirer,
    41: issuer.toUpperCase().padEnd(8).slice(0, 8),
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
    correlation: `${issuer}-${transmittedAt}-${stan}`,
  };
}

export interface LinkAnswered {
  /** Keys that the issuer has confirmed, now active. */
  readonly keys: readonly KeyRecord[];
  readonly events: readonly SwitchEvent[];
  readonly note: Note;
}

/** An 0810 of an issuer with a good MAC (or without one, for its first keys). */
export function linkAnswered(answer: Admitted, ctx: NetworkContext): LinkAnswered {
  const { message } = answer.incoming;
  const issuer = answer.owner;
  const code = textOf(message, 70) ?? '';
  const id = { stan: textOf(message, 11) ?? '', transmittedAt: textOf(message, 7) ?? '' };
  const detail = { issuer, code };
  const asked = ctx.links.answered(issuer, code, id);
  if (asked === undefined)
    return { keys: [], events: [], note: { what: 'network-answer-unmatched', detail } };
  const responseCode = textOf(message, 39) ?? '';
  const accepted = responseCode === RESPONSE.approved;
  const note: Note = { what: `network-${accepted ? 'answered' : 'refused'}`, responseCode, detail };
  const atMs = ctx.ports.clock.now();
  if (!accepted) return { keys: [], events: [], note };
  if (code === NETWORK_CODES.signOn) {
    const event = {
      type: 'issuer.signed-on',
      id: `signed-on-${issuer}-${atMs}`,
      atMs,
      data: { issuer },
    } as const;
    return { keys: [], events: [event], note };
  }
  if (code !== NETWORK_CODES.keyChange) return { keys: [], events: [], note };
  const keys = activated(ctx.ring, issuer, ZONE_USAGES, asked.keyVersion);
  const events = keys.map(({ usage, version, checkValue }) => ({
    type: 'issuer.key-changed' as const,
    id: `key-changed-${issuer}-${usage}-${version}-${checkValue}`,
    atMs,
    data: { issuer, usage: usage as 'ZPK' | 'ZAK', keyVersion: version, checkValue },
  }));
  return { keys, events, note };
}

/** A terminal has used keys that were only offered: they are active from now on. */
export function terminalConfirmed(
  terminal: string,
  version: number,
  ctx: NetworkContext,
): { keys: readonly KeyRecord[]; events: readonly SwitchEvent[] } {
  const keys = activated(ctx.ring, terminal, TERMINAL_USAGES, version);
  const atMs = ctx.ports.clock.now();
  const events = keys.map(({ usage, checkValue }) => ({
    type: 'terminal.key-changed' as const,
    id: `key-changed-${terminal}-${usage}-${version}-${checkValue}`,
    atMs,
    data: { terminal, usage: usage as 'TPK' | 'TAK', keyVersion: version, checkValue },
  }));
  return { keys, events };
}

function activated(
  ring: KeyRing,
  owner: string,
  usages: readonly KeyRecord['usage'][],
  version: number,
): KeyRecord[] {
  return usages.flatMap((usage) => {
    const key = ring.at(owner, usage, version);
    return key?.state === 'offered' ? [{ ...key, state: 'active' as const }] : [];
  });
}
