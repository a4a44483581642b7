/**
 * What a terminal decides about a withdrawal: pure functions of the journal row, the answer and the
 * time. The fleet runs them inside a store transaction, which may run again.
 */
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import { RESPONSE, REVERSAL_REASONS, type ReversalReason, responseOf } from '@pinfold/messages';
import { backOffMs, type Timeouts } from '../node.js';
import {
  type Cassette,
  type Dispenser,
  dispensed,
  type NoteMovement,
  notesValue,
  planNotes,
} from './cassettes.js';
import { amountText } from './clock-fields.js';
import { isReversing, transitWithdrawal } from './states.js';
import type { MacVerdict } from './terminal.js';
import type { Withdrawal } from './withdrawal.js';

export interface Decision {
  readonly row: Withdrawal;
  readonly notes: readonly NoteMovement[];
}

/** STAN and DE 7 for a reversal that has none yet. */
export type NextReversal = () => { stan: string; transmittedAt: string };

/** A row whose reversal starts; it is due at once and `reversalSent` counts its sending. */
export function startReversal(
  row: Withdrawal,
  o: { reason: ReversalReason; nowMs: number },
): Withdrawal {
  const state = transitWithdrawal(row.state, 'reverse');
  if (state === row.state) return row;
  return { ...row, state, reason: o.reason, nextAtMs: o.nowMs };
}

/** A row whose reversal goes out now, for the first time or again; undefined past the limit. */
export function reversalSent(
  row: Withdrawal,
  o: { nowMs: number; next: NextReversal; timeouts: Timeouts },
): Withdrawal | undefined {
  if (row.reversalsSent > o.timeouts.repeatLimit) return undefined;
  const reversalsSent = row.reversalsSent + 1;
  const nextAtMs = o.nowMs + backOffMs(reversalsSent, o.timeouts);
  if (row.reversalStan !== null) return { ...row, reversalsSent, nextAtMs };
  const { stan, transmittedAt } = o.next();
  return { ...row, reversalsSent, nextAtMs, reversalStan: stan, reversalAt: transmittedAt };
}

/** Whether an answer names the request of this row in all its parts. */
export function answersRow(row: Withdrawal, answer: IsoMessage): boolean {
  return (
    textOf(answer, 11) === row.stan &&
    textOf(answer, 7) === row.transmittedAt &&
    textOf(answer, 37) === row.rrn
  );
}

/**
 * Refusals that are no decision about the request: this copy of it arrived damaged, or twice, or when
 * no device answered, and another copy may have been approved. The withdrawal is reversed.
 */
const NO_DECISION: ReadonlySet<string> = new Set([
  RESPONSE.cryptographicFailure,
  RESPONSE.duplicate,
  RESPONSE.systemMalfunction,
]);

/** 0210 for a row. Only a row in state requested can change. */
export function decideAnswer(
  found: Withdrawal,
  answer: IsoMessage,
  o: {
    verdict: MacVerdict;
    nowMs: number;
    cassettes: readonly Cassette[];
    dispenser: Dispenser;
    /** Pay whenever the approval comes: a planted bug. */
    payLate?: boolean;
    /** Take every refusal for a decision: a planted bug. */
    believeAll?: boolean;
  },
): Decision {
  const reopened = o.payLate && found.state === 'reversing';
  const row: Withdrawal = reopened ? { ...found, state: 'requested' } : found;
  if (row.state !== 'requested') return { row, notes: [] };
  const reversing = (reason: ReversalReason, responseCode: string | null = null): Decision => {
    const started = startReversal(row, { reason, nowMs: o.nowMs });
    return { row: { ...started, responseCode }, notes: [] };
  };
  if (o.verdict !== 'good') return reversing(REVERSAL_REASONS.error);
  const code = textOf(answer, 39) ?? '';
  if (NO_DECISION.has(code) && !o.believeAll) return reversing(REVERSAL_REASONS.error, code);
  if (!responseOf(code).approved) {
    const state = transitWithdrawal(row.state, 'decline');
    return { row: { ...row, state, responseCode: code, nextAtMs: null }, notes: [] };
  }
  const late = row.nextAtMs !== null && o.nowMs >= row.nextAtMs;
  if (late && !o.payLate) return reversing(REVERSAL_REASONS.lateAnswer);
  if (textOf(answer, 4) !== amountText(row.amountMinor)) return reversing(REVERSAL_REASONS.error);
  return payOut(row, code, o) ?? reversing(REVERSAL_REASONS.error, code);
}

/** Undefined when nothing came out. */
function payOut(
  row: Withdrawal,
  responseCode: string,
  o: { nowMs: number; cassettes: readonly Cassette[]; dispenser: Dispenser },
): Decision | undefined {
  const plan = planNotes(o.cassettes, row.amountMinor);
  if (plan === undefined) return undefined;
  const notes = dispensed(plan, o.dispenser);
  const dispensedMinor = notesValue(o.cassettes, notes);
  if (dispensedMinor === 0n) return undefined;
  const paid = { ...row, responseCode, dispensedMinor };
  if (dispensedMinor === row.amountMinor) {
    const state = transitWithdrawal(row.state, 'dispense');
    return { row: { ...paid, state, nextAtMs: null }, notes };
  }
  const state = transitWithdrawal(row.state, 'dispensePartly');
  return {
    row: { ...paid, state, reason: REVERSAL_REASONS.partialDispense, nextAtMs: o.nowMs },
    notes,
  };
}

/** 0430 with a good MAC: approved ends the reversal, anything else leaves it to be repeated. */
export function decideReversalAnswer(row: Withdrawal, answer: IsoMessage): Withdrawal {
  const answersIt =
    isReversing(row.state) &&
    textOf(answer, 11) === row.reversalStan &&
    textOf(answer, 7) === row.reversalAt;
  if (!answersIt || !responseOf(textOf(answer, 39) ?? '').approved) return row;
  return { ...row, state: transitWithdrawal(row.state, 'settle'), nextAtMs: null };
}
