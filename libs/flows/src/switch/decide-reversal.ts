/**
 * What a verified 0420 or 0421 of a terminal leads to. The terminal is answered 00 once the reversal
 * is durable here; telling the issuer is a store-and-forward row from then on.
 */
import { RESPONSE } from '@pinfold/messages';
import { backOffMs } from '../node.js';
import { echoAnswer, forwardMessage, NO_SECURITY, originalOf } from './build.js';
import { type DecideContext, note } from './decide-withdrawal.js';
import { reversedEvent } from './events.js';
import { newRow } from './new-row.js';
import type { ReversalRequest } from './read.js';
import { next, transit } from './states.js';
import type { Step } from './step.js';
import {
  keyOf,
  type StoreAndForward,
  type SwitchTransaction,
  type WithPan,
} from './transaction.js';

export interface ReversalContext extends DecideContext {
  /** The advice of a stood-in transaction: the leg that the reversal takes back. */
  readonly advice: StoreAndForward | undefined;
  readonly issuer: string;
}

export function decideReversal(
  request: ReversalRequest,
  row: SwitchTransaction | undefined,
  ctx: ReversalContext,
): Step {
  const answer = (code: string) => [
    echoAnswer(request.incoming.message, {
      mti: '0430',
      code,
      terminal: request.terminal,
      correlation: keyOf(request),
      traceparent: request.incoming.traceparent,
    }),
  ];
  if (row === undefined) {
    const insert = forestalledRow(request, ctx);
    return {
      insert,
      drafts: answer(RESPONSE.approved),
      note: note('reversal-before-request', insert),
    };
  }
  const { stan, transmittedAt } = request.original;
  const isOriginal =
    row.stan === stan &&
    row.transmittedAt === transmittedAt &&
    row.amountMinor === request.amountMinor &&
    row.card === request.card;
  if (!isOriginal) {
    return { drafts: answer(RESPONSE.originalNotFound), note: note('reversal-unmatched', row) };
  }
  const partial = request.actualMinor !== undefined && request.actualMinor > 0n;
  if (partial && request.actualMinor! >= row.amountMinor) {
    return { drafts: answer(RESPONSE.invalidAmount), note: note('reversal-amount-refused', row) };
  }
  const state = next(row.state, partial ? 'reversePartly' : 'reverse');
  const otherAmount = row.state === 'partly-reversed' && row.actualMinor !== request.actualMinor;
  if (state === undefined || otherAmount) {
    return { drafts: answer(RESPONSE.invalidTransaction), note: note('reversal-refused', row) };
  }
  if (state === row.state) {
    return { drafts: answer(RESPONSE.approved), note: note('reversal-repeated', row) };
  }
  const actualMinor = partial ? request.actualMinor! : null;
  const update = { ...row, state, actualMinor, deadlineMs: null };
  const forward = reversalRow(update, {
    stan: request.stan,
    transmittedAt: request.transmittedAt,
    reason: request.reason,
    actualMinor,
    advice: ctx.advice,
    ctx,
  });
  const transaction = { ...update, pan: request.pan };
  return {
    update,
    forward,
    drafts: [...answer(RESPONSE.approved), forwardMessage({ forward, transaction }, ctx.acquirer)],
    event: reversedEvent(update, request.reason, {
      ...ctx,
      traceparent: request.incoming.traceparent,
    }),
    note: note(partial ? 'partly-reversed' : 'reversed', update),
  };
}

/** The store-and-forward row of a reversal, as sent for the first time. */
export function reversalRow(
  row: SwitchTransaction,
  o: {
    stan: string;
    transmittedAt: string;
    reason: string;
    actualMinor: bigint | null;
    advice: StoreAndForward | undefined;
    ctx: DecideContext;
  },
): StoreAndForward {
  const leg =
    o.advice === undefined
      ? ({ mti: '0200', transmittedAt: row.transmittedAt } as const)
      : ({ mti: '0220', transmittedAt: o.advice.transmittedAt } as const);
  return {
    rrn: row.rrn,
    terminal: row.terminal,
    kind: 'reversal',
    issuer: row.issuer,
    state: 'pending',
    stan: o.stan,
    transmittedAt: o.transmittedAt,
    code: o.reason,
    original: originalOf(row, leg, o.ctx.acquirer),
    actualMinor: o.actualMinor,
    sent: 1,
    nextAtMs: o.ctx.nowMs + backOffMs(1, o.ctx.timeouts),
  };
}

/** Remembers a reversal that came first: its request is declined when it comes. */
function forestalledRow(
  request: ReversalRequest,
  ctx: ReversalContext,
): WithPan<SwitchTransaction> {
  const { stan, transmittedAt } = request.original;
  return {
    ...newRow(request, { issuer: ctx.issuer, nowMs: ctx.nowMs }),
    ...{ stan, transmittedAt, security: NO_SECURITY },
    state: transit('none', 'reverse'),
    responseCode: RESPONSE.invalidTransaction,
  };
}
