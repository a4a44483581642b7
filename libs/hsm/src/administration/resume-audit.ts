/**
 * Continues an audit chain after a crash. Lines are written at once, the state a little later, so
 * what is on disk may be ahead of the state: the lines that this device made after it are taken as
 * they are, and the chain goes on behind them. A line that anybody else made ends the walk.
 */
import { createSecretKey, timingSafeEqual } from 'node:crypto';
import { type AuditEntry, type AuditState, hashOf, macOf } from './audit.js';

/** `lines`: the end of the chain as it was written; may begin long before the state. */
export function resumeAudit(state: AuditState, lines: readonly string[]): AuditState {
  const key = createSecretKey(Buffer.from(state.key, 'hex'));
  let { seq, prev } = state;
  for (const line of lines) {
    const entry = entryOf(line);
    if (entry === undefined || entry.seq <= seq) continue;
    const { mac, ...body } = entry;
    const right = macOf(key, JSON.stringify(body));
    const isNext = entry.seq === seq + 1 && entry.prev === prev;
    if (!isNext || !equal(mac, right)) break;
    seq = entry.seq;
    prev = hashOf(line);
  }
  return { ...state, seq, prev };
}

function entryOf(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as AuditEntry | null;
    return Number.isInteger(entry?.seq) && typeof entry?.mac === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
