/**
 * A withdrawal as the terminal's journal keeps it: one row, named by terminal and RRN. PIN blocks and
 * MACs are never in it; the card number only sealed, hashed and masked.
 */
import { isReversing, type WithdrawalState } from './states.js';

export interface WithdrawalId {
  readonly terminal: string;
  readonly rrn: string;
}

/** Text form of the identity: map key, correlation of records. */
export type WithdrawalKey = `${string}-${string}`;

export function withdrawalKeyOf(id: WithdrawalId): WithdrawalKey {
  return `${id.rrn}-${id.terminal}`;
}

export interface Withdrawal extends WithdrawalId {
  /** DE 11 of the 0200. */
  readonly stan: string;
  /** DE 7 of the 0200, MMDDhhmmss; DE 12 and 13 are its parts (terminals run on UTC). */
  readonly transmittedAt: string;
  /** Keyed hash of the card number. */
  readonly card: string;
  readonly maskedPan: string;
  /** Sealed by the fleet's vault; opened only to build a reversal. */
  readonly sealedPan: Uint8Array;
  readonly amountMinor: bigint;
  /** What went out of the cassettes for it. */
  readonly dispensedMinor: bigint;
  readonly state: WithdrawalState;
  /** DE 39 of the answer that decided, or null. */
  readonly responseCode: string | null;
  /** DE 39 of the reversal, or null. */
  readonly reason: string | null;
  /** DE 11 and DE 7 of the reversal; every repeat carries them again. */
  readonly reversalStan: string | null;
  readonly reversalAt: string | null;
  /** Sendings of the reversal so far; from the second on it is a 0421. */
  readonly reversalsSent: number;
  /** Deadline of the answer, or when to repeat the reversal (ms since the epoch); null: nothing due. */
  readonly nextAtMs: number | null;
  readonly createdMs: number;
}

/** A reversal that was repeated to the limit: nothing is due, and nobody has answered it. */
export function isParked({ state, nextAtMs }: Withdrawal): boolean {
  return nextAtMs === null && isReversing(state);
}
