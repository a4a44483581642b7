/**
 * The gate of the switch: every MAC of a chunk is verified in one batch before anything else is done
 * with a message. The key is the one that DE 53 names, of the terminal in DE 41 or of the issuer
 * whose link sealed the record.
 */
import type { HsmClient, HsmJob } from '@pinfold/hsm-client';
import { macInputOf, macOf, textOf } from '@pinfold/iso8583';
import {
  askBatch,
  decodeSecurityInfo,
  type Incoming,
  type KeyRecord,
  type KeyRing,
  type SecurityInfo,
} from '../node.js';

/**
 * `good`: the MAC is right. `first`: network management without a MAC, from an owner that has no
 * active key yet. `bad`: anything else. `unavailable`: no device answered.
 */
export type Verdict = 'good' | 'first' | 'bad' | 'unavailable';

export interface Admitted {
  readonly incoming: Incoming;
  /** Terminal id or issuer id. */
  readonly owner: string;
  readonly security: SecurityInfo | undefined;
  readonly verdict: Verdict;
  /** The key that a good MAC was made with. */
  readonly key: KeyRecord | undefined;
}

export type OwnerOf = (incoming: Incoming) => string | undefined;

export const terminalOf: OwnerOf = ({ message }) => textOf(message, 41);
export const linkOf: OwnerOf = ({ link }) => link;

/** Owners whose key the ring lacks in the version named: made by another instance, or nobody's. */
export function unknownOwners(
  messages: readonly Incoming[],
  ownerOf: OwnerOf,
  usage: 'TAK' | 'ZAK',
  ring: KeyRing,
): string[] {
  const owners = new Set<string>();
  for (const incoming of messages) {
    const owner = ownerOf(incoming);
    const security = decodeSecurityInfo(incoming.message.fields[53]);
    if (owner === undefined || security === undefined || security.macKeyVersion === 0) continue;
    if (ring.at(owner, usage, security.macKeyVersion) === undefined) owners.add(owner);
  }
  return [...owners];
}

export async function admit(
  messages: readonly Incoming[],
  o: {
    ownerOf: OwnerOf;
    usage: 'TAK' | 'ZAK';
    ring: KeyRing;
    hsm: HsmClient;
    /** Verify under the newest key whatever the message names: a planted bug. */
    newestOnly?: boolean;
  },
): Promise<Admitted[]> {
  const jobs: HsmJob[] = [];
  const seen = messages.map((incoming) => {
    const owner = o.ownerOf(incoming);
    const security = decodeSecurityInfo(incoming.message.fields[53]);
    if (owner === undefined) return { incoming, owner: '', security, key: undefined, job: -1 };
    const version = security?.macKeyVersion ?? 0;
    // Version 0 answers a request that had no MAC: the first keys.
    const newest = o.newestOnly === true || version === 0;
    const named = newest ? o.ring.newest(owner, o.usage) : o.ring.at(owner, o.usage, version);
    const mac = macOf(incoming.bytes);
    const data = macInputOf(incoming.bytes);
    if (named === undefined || mac === undefined || data === undefined) {
      return { incoming, owner, security, key: undefined, job: mac === undefined ? -2 : -1 };
    }
    jobs.push({ command: 'VerifyMac', input: { key: named.token, data, mac } });
    return { incoming, owner, security, key: named, job: jobs.length - 1 };
  });
  const answers = await askBatch(o.hsm, jobs);
  return seen.map(({ job, ...rest }) => {
    if (job === -2) {
      const first =
        rest.incoming.message.mti.startsWith('08') &&
        o.ring.active(rest.owner, o.usage) === undefined;
      return { ...rest, verdict: first ? 'first' : 'bad' };
    }
    if (job === -1) return { ...rest, verdict: 'bad' };
    if (answers === undefined) return { ...rest, verdict: 'unavailable' };
    return { ...rest, verdict: answers[job]!.ok ? 'good' : 'bad' };
  });
}
