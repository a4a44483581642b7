/**
 * Verifies an audit chain and says where it is broken. Without keys the hashes tell that lines were
 * changed, removed or reordered by someone who could not rewrite the rest; with the public key the
 * signed checkpoints vouch for everything before them; with the MAC key every line stands for itself.
 * A chain cut at its end is told by a checkpoint, or a head, that is known from elsewhere.
 */
import { createPublicKey, createSecretKey, timingSafeEqual, verify } from 'node:crypto';
import { type AuditEntry, checkpointBytes, GENESIS, hashOf, macOf } from './audit.js';

export interface AuditKnowledge {
  /** SPKI, PEM, as `AuditCheckpoint` gives it. */
  readonly publicKey?: string;
  /** The device's MAC key, 32 bytes. */
  readonly macKey?: Uint8Array;
  /** The newest point known from elsewhere: entries, and the hash of the last of them. */
  readonly head?: { readonly seq: number; readonly prev: string };
}

export interface AuditVerdict {
  readonly valid: boolean;
  readonly entries: number;
  /** Sequence number of the first entry that is wrong or missing. */
  readonly firstBad: number | null;
  readonly reason: string;
}

export function verifyAudit(lines: readonly string[], known: AuditKnowledge = {}): AuditVerdict {
  const present = lines.filter((line) => line.trim() !== '');
  const bad = (seq: number, reason: string): AuditVerdict => ({
    valid: false,
    entries: present.length,
    firstBad: seq,
    reason,
  });
  let prev = GENESIS;
  for (let i = 0; i < present.length; i++) {
    const seq = i + 1;
    const entry = parsed(present[i]!);
    if (entry === undefined) return bad(seq, 'not an audit entry');
    if (entry.seq !== seq) return bad(seq, `entry ${seq} is missing or out of order`);
    if (entry.prev !== prev)
      return bad(Math.max(1, seq - 1), "changed: its hash is not the next entry's");
    if (!macIsRight(entry, known)) return bad(seq, 'changed: the MAC is wrong');
    if (!signatureIsRight(entry, known)) return bad(seq, 'changed: the signature is wrong');
    prev = hashOf(present[i]!);
    if (known.head?.seq === seq && known.head.prev !== prev) {
      return bad(seq, 'changed: not the entry that the checkpoint names');
    }
  }
  const { head } = known;
  if (head !== undefined && head.seq > present.length) {
    return bad(present.length + 1, `truncated: the checkpoint names ${head.seq} entries`);
  }
  return { valid: true, entries: present.length, firstBad: null, reason: 'complete' };
}

function parsed(line: string): AuditEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const entry = value as AuditEntry;
    const shaped =
      typeof value === 'object' &&
      value !== null &&
      Number.isInteger(entry.seq) &&
      typeof entry.prev === 'string' &&
      typeof entry.mac === 'string';
    return shaped ? entry : undefined;
  } catch {
    return undefined;
  }
}

function macIsRight(entry: AuditEntry, { macKey }: AuditKnowledge): boolean {
  if (macKey === undefined) return true;
  const { mac, ...body } = entry;
  const expected = macOf(createSecretKey(macKey), JSON.stringify(body));
  return mac.length === expected.length && timingSafeEqual(Buffer.from(mac), Buffer.from(expected));
}

function signatureIsRight(entry: AuditEntry, { publicKey }: AuditKnowledge): boolean {
  const { event, signature, seq, prev } = entry;
  if (event !== 'checkpoint' || publicKey === undefined) return true;
  if (signature === undefined) return false;
  const bytes = checkpointBytes({ seq: seq - 1, prev });
  return verify(null, bytes, createPublicKey(publicKey), Buffer.from(signature, 'hex'));
}
