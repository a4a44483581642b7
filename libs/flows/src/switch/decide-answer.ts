/**
 * What an issuer's verified answer leads to. An answer belongs to a transaction only by its full
 * identity: acquirer, RRN, terminal, STAN, transmission time, amount, card and the issuer whose key
 * made its MAC.
 */
import { RESPONSE, REVERSAL_REASONS, responseOf } from '@pinfold/messages';
import { forwardMessage, transmissionTime, withdrawalAnswer } from './build.js';
import { reversalRow } from './decide-reversal.js';
import { type DecideContext, note } from './decide-withdrawal.js';
import { approvedEvent, declinedEvent } from './events.js';
import type { IssuerAnswer } from './read.js';
import { transit } from './states.js';
import type { Step } from './step.js';
import type { StoreAndForward, SwitchTransaction } from './transaction.js';

/**
 * Refusals of a message, not of a withdrawal: another copy of the request may have been approved and
 * its answer lost. The terminal is declined, and the issuer is told to undo whatever there is.
 */
const NO_DECISION: ReadonlySet<string> = new Set([
  RESPONSE.formatError,
  RESPONSE.cryptographicFailure,
  RESPONSE.duplicate,
  RESPONSE.systemMalfunction,
]);

export function answersTo(answer: IssuerAnswer, row: SwitchTransaction): boolean {
  return (
    row.stan === answer.stan &&
    row.transmittedAt === answer.transmittedAt &&
    row.issuer === answer.issuer &&
    row.amountMinor === answer.amountMinor &&
    row.card === answer.card
  );
}

/**
 * A 0210. `reversal`: the row's reversal if there is one already. The same answer again sends the
 * stored one again: the terminal may have missed it when this node was killed before sending.
 */
export function decideAnswer(
  answer: IssuerAnswer,
  row: SwitchTransaction | undefined,
  reversal: StoreAndForward | undefined,
  ctx: DecideContext,
  matches = answersTo,
): Step {
  if (row === undefined || !matches(answer, row)) {
    const { terminal, rrn } = answer;
    return { note: { what: 'answer-unmatched', terminal, rrn } };
  }
  const { approved } = responseOf(answer.responseCode);
  const state = transit(row.state, approved ? 'approve' : 'decline');
  if (row.state === 'approved' && row.approvalCode === answer.approvalCode) {
    const { traceparent } = answer.incoming;
    const o = { acquirer: ctx.acquirer, pan: answer.pan, traceparent };
    return { drafts: [withdrawalAnswer(row, o)], note: note('answer-repeated', row) };
  }
  if (row.state !== 'forwarded') {
    const late = note(approved ? 'late-approval' : 'late-decline', row);
    const uncovered = approved && row.state === 'declined' && reversal === undefined;
    return uncovered ? { ...takeBack(answer, row, ctx), note: late } : { note: late };
  }
  const { responseCode } = answer;
  const approvalCode = approved ? (answer.approvalCode ?? null) : null;
  const update = { ...row, state, responseCode, approvalCode, deadlineMs: null };
  const { traceparent } = answer.incoming;
  const events = { ...ctx, traceparent };
  const told = withdrawalAnswer(update, { acquirer: ctx.acquirer, pan: answer.pan, traceparent });
  const undone = NO_DECISION.has(responseCode) ? takeBack(answer, update, ctx) : undefined;
  return {
    update,
    forward: undone?.forward,
    drafts: [told, ...(undone?.drafts ?? [])],
    event: approved ? approvedEvent(update, events) : declinedEvent(update, 'issuer', events),
    note: { ...note(approved ? 'approved' : 'declined', row), responseCode },
  };
}

/** The issuer approved, or may have, what the terminal was told is declined: it has to undo that. */
function takeBack(
  answer: IssuerAnswer,
  row: SwitchTransaction,
  ctx: DecideContext,
): Omit<Step, 'note'> {
  const forward = reversalRow(row, {
    stan: row.stan,
    transmittedAt: transmissionTime(ctx.nowMs),
    reason: REVERSAL_REASONS.lateAnswer,
    actualMinor: null,
    advice: undefined,
    ctx,
  });
  const transaction = { ...row, pan: answer.pan };
  return { forward, drafts: [forwardMessage({ forward, transaction }, ctx.acquirer)] };
}

/** Answers after which the message is simply repeated: the issuer could not do it now. */
const AGAIN: ReadonlySet<string> = new Set([
  RESPONSE.systemMalfunction,
  RESPONSE.issuerUnavailable,
  RESPONSE.cryptographicFailure,
  RESPONSE.lateAnswer,
]);

/** A 0430 or 0230: the store-and-forward row is settled, or repeated at its time. */
export function decideForwardAnswer(answer: IssuerAnswer, row: StoreAndForward | undefined): Step {
  const { terminal, rrn, responseCode } = answer;
  const told = (what: string) => ({ what, terminal, rrn, responseCode });
  const matches =
    row !== undefined &&
    row.stan === answer.stan &&
    row.transmittedAt === answer.transmittedAt &&
    row.issuer === answer.issuer;
  if (!matches) return { note: told('forward-answer-unmatched') };
  if (row.state === 'done' || row.state === 'refused')
    return { note: told('forward-answer-repeated') };
  if (AGAIN.has(responseCode)) return { note: told(`${row.kind}-to-be-repeated`) };
  const state = responseCode === RESPONSE.approved ? 'done' : 'refused';
  return { forward: { ...row, state }, note: told(`${row.kind}-${state}`) };
}
