/** What the passing of time leads to: the issuer's time is up, or a stored message is due again. */
import { RESPONSE, REVERSAL_REASONS } from '@pinfold/messages';
import { backOffMs } from '../node.js';
import { forwardMessage, transmissionTime, withdrawalAnswer } from './build.js';
import { reversalRow } from './decide-reversal.js';
import { type DecideContext, note, standIn } from './decide-withdrawal.js';
import { declinedEvent } from './events.js';
import { transit } from './states.js';
import type { Step } from './step.js';
import type { DueForward, SwitchTransaction, WithPan } from './transaction.js';

/** The issuer was silent. `mayStandIn`: the limits of the day have room, and it is counted already. */
export function decideTimeout(
  row: WithPan<SwitchTransaction>,
  mayStandIn: boolean,
  ctx: DecideContext,
): Step {
  if (mayStandIn) {
    const done = standIn(row, transit(row.state, 'standIn'), undefined, ctx);
    return { update: done.row, ...done.step };
  }
  const update = {
    ...row,
    state: transit(row.state, 'timeOut'),
    responseCode: RESPONSE.issuerUnavailable,
    deadlineMs: null,
  };
  const forward = reversalRow(update, {
    stan: row.stan,
    transmittedAt: transmissionTime(ctx.nowMs),
    reason: REVERSAL_REASONS.lateAnswer,
    actualMinor: null,
    advice: undefined,
    ctx,
  });
  return {
    update,
    forward,
    drafts: [
      withdrawalAnswer(update, { acquirer: ctx.acquirer, pan: row.pan }),
      forwardMessage({ forward, transaction: update }, ctx.acquirer),
    ],
    event: declinedEvent(update, 'switch', ctx),
    note: note('issuer-timeout', update),
  };
}

/** A reversal or advice without an answer: sent again as a repeat, or parked at the limit. */
export function decideRepeat({ forward, transaction }: DueForward, ctx: DecideContext): Step {
  if (forward.sent > ctx.timeouts.repeatLimit) {
    return {
      forward: { ...forward, state: 'parked' },
      note: note(`${forward.kind}-parked`, transaction),
    };
  }
  const sent = forward.sent + 1;
  const again = { ...forward, sent, nextAtMs: ctx.nowMs + backOffMs(sent, ctx.timeouts) };
  return {
    forward: again,
    drafts: [forwardMessage({ forward: again, transaction }, ctx.acquirer)],
    note: note(`${forward.kind}-repeated`, transaction),
  };
}
