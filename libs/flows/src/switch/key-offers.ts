/**
 * Offers of new working keys: made by the device, numbered after the newest version in the store and
 * kept there as `offered`. An offer that was lost is made again from the stored tokens. A key becomes
 * `active` when the other side has shown that it holds it.
 */
import { type KeyRecord, KeyRing, type NodePorts, nextVersion } from '../node.js';
import type { Draft } from './build.js';
import type { LinkMonitor } from './links.js';
import type { SwitchOptions } from './options.js';
import type { Note } from './step.js';
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

export function offeredPair(
  ring: KeyRing,
  owner: string,
  usages: KeyPairWanted['usages'],
): KeyRecord[] | undefined {
  const newest = ring.newest(owner, usages[1]);
  if (newest?.state !== 'offered') return undefined;
  const pair = usages.flatMap((usage) => ring.at(owner, usage, newest.version) ?? []);
  return pair.length === usages.length ? pair : undefined;
}

export interface Offer {
  readonly version: number;
  /** DE 48. */
  readonly text: string;
}

/** Makes pairs, numbers new ones after the newest version in the store, keeps them as offered. */
export async function makeOffers(
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

export function activated(
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
