/**
 * From drafts to records: DE 53 and MAC under the key version wished for (or the newest active one
 * when that is gone), all MACs of a chunk in one HSM batch, then sealing. A draft whose owner has no
 * MAC key leaves without a MAC only when it is network management (0800, 0810); anything else is
 * dropped, and its sender's timeout repairs it.
 */
import type { HsmJob } from '@pinfold/hsm-client';
import { macInputOf, pack, packForMac, placeMac } from '@pinfold/iso8583';
import type { BusRecord } from '@pinfold/messages';
import { askBatch, type KeyRecord, type KeyRing, type NodePorts } from '../node.js';
import type { Draft } from './build.js';

/** Digits of DE 53: format and PIN key version (6), MAC key version (4), zeros. */
const PIN_PART = 6;
const MAC_PART = 10;

function versionWished(security: string): number {
  return Number(security.slice(PIN_PART, MAC_PART));
}

function withMacVersion(security: string, version: number): string {
  const pin = security.slice(0, PIN_PART);
  return pin + String(version).padStart(4, '0') + security.slice(MAC_PART);
}

function macKeyOf(ring: KeyRing, { owner, usage, security }: Draft): KeyRecord | undefined {
  const wished = versionWished(security);
  return (wished === 0 ? undefined : ring.at(owner, usage, wished)) ?? ring.active(owner, usage);
}

export interface Finished {
  readonly records: BusRecord[];
  /** Drafts that could not leave: no key, or no device answered. */
  readonly dropped: number;
}

export async function finish(
  drafts: readonly Draft[],
  ring: KeyRing,
  ports: Pick<NodePorts<unknown>, 'hsm' | 'wire'>,
): Promise<Finished> {
  const packed: { draft: Draft; bytes: Uint8Array; job: number }[] = [];
  const jobs: HsmJob[] = [];
  for (const draft of drafts) {
    const { message } = draft;
    const key = macKeyOf(ring, draft);
    if (key !== undefined) {
      message.fields[53] = withMacVersion(draft.security, key.version);
      const bytes = packForMac(message);
      packed.push({ draft, bytes, job: jobs.length });
      jobs.push({ command: 'GenerateMac', input: { key: key.token, data: macInputOf(bytes)! } });
    } else if (message.mti.startsWith('08')) {
      message.fields[53] = draft.security;
      packed.push({ draft, bytes: pack(message), job: -1 });
    }
  }
  const answers = await askBatch(ports.hsm, jobs);
  const records: BusRecord[] = [];
  for (const { draft, bytes, job } of packed) {
    if (job >= 0) {
      const answer = answers?.[job];
      if (!answer?.ok) continue;
      placeMac(bytes, (answer.value as { mac: Uint8Array }).mac);
    }
    records.push(ports.wire.seal({ ...draft, bytes }));
  }
  return { records, dropped: drafts.length - records.length };
}

/** A refusal that cannot carry a MAC because no device answers: the terminal will not trust it. */
export function withoutMac(draft: Draft, wire: NodePorts<unknown>['wire']): BusRecord {
  draft.message.fields[53] = draft.security;
  return wire.seal({ ...draft, bytes: pack(draft.message) });
}
