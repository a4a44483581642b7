/**
 * A withdrawal as the switch keeps it: one row, named by RRN and terminal (the acquirer is the
 * switch's own). PIN blocks and MACs are never in it; the PAN is beside it (`WithPan`) only where a
 * row is made or repeated, because stores keep it sealed.
 */
import type { TransactionState } from './states.js';

export interface TransactionId {
  readonly rrn: string;
  readonly terminal: string;
}

/** Text form of the identity: map key, correlation of records. */
export type TransactionKey = `${string}-${string}`;

export function keyOf(id: TransactionId): TransactionKey {
  return `${id.rrn}-${id.terminal}`;
}

export interface SwitchTransaction extends TransactionId {
  readonly stan: string;
  /** DE 7 of the request, MMDDhhmmss. */
  readonly transmittedAt: string;
  readonly state: TransactionState;
  /** Issuer id (`bank-a`); empty when no route fits the card. */
  readonly issuer: string;
  /** Keyed hash of the card number: what tells one card from another. */
  readonly card: string;
  readonly maskedPan: string;
  readonly amountMinor: bigint;
  /** What was dispensed, after a partial reversal. */
  readonly actualMinor: bigint | null;
  /** ISO 4217 numeric. */
  readonly currency: string;
  readonly responseCode: string | null;
  readonly approvalCode: string | null;
  /** DE 53 of the request: the answer goes back under the MAC key version that it names. */
  readonly security: string;
  /** The request's other data elements that later messages repeat, by number. */
  readonly fields: Readonly<Record<number, string>>;
  /** While `forwarded`: when the issuer's time is up (ms since the epoch). */
  readonly deadlineMs: number | null;
  readonly createdMs: number;
}

export type WithPan<T> = T & { readonly pan: string };

/** Data elements of a request that answers, reversals and advices carry again. */
export const KEPT_FIELDS = [3, 12, 13, 14, 18, 22, 25, 42, 43] as const;

export type ForwardKind = 'reversal' | 'advice';

/**
 * `pending`: repeated until answered. `done`: answered 00. `refused`: the issuer said no for good.
 * `parked`: repeated to the limit. The last two are for a person, and `reconcile` shows them.
 */
export type ForwardState = 'pending' | 'done' | 'refused' | 'parked';

/** A store-and-forward row: what must reach the issuer. One of each kind per transaction. */
export interface StoreAndForward extends TransactionId {
  readonly kind: ForwardKind;
  readonly issuer: string;
  readonly state: ForwardState;
  /** DE 11 and DE 7 of every sending of this message. */
  readonly stan: string;
  readonly transmittedAt: string;
  /** DE 39: reason of the reversal, or response code that the switch gave. */
  readonly code: string;
  /** DE 90: what the reversal takes back; null for an advice. */
  readonly original: string | null;
  /** DE 95 of a partial reversal. */
  readonly actualMinor: bigint | null;
  /** Sendings so far; from the second on it is a repeat (0421, 0221). */
  readonly sent: number;
  readonly nextAtMs: number;
}

export function forwardKeyOf(row: TransactionId & { kind: ForwardKind }): string {
  return `${row.rrn}-${row.terminal}-${row.kind}`;
}

/** A due row with the transaction that it belongs to. */
export interface DueForward {
  readonly forward: StoreAndForward;
  readonly transaction: WithPan<SwitchTransaction>;
}
