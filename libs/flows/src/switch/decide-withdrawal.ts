/**
 * What a verified 0200 leads to: a repeat gets the stored answer, a new one is forwarded, declined,
 * or approved in the issuer's place.
 */
import { RESPONSE } from '@pinfold/messages';
import { backOffMs, encodeSecurityInfo, type Timeouts } from '../node.js';
import {
  echoAnswer,
  forwardedRequest,
  forwardMessage,
  NO_SECURITY,
  transmissionTime,
  withdrawalAnswer,
} from './build.js';
import { approvedEvent, declinedEvent } from './events.js';
import { newRow } from './new-row.js';
import type { WithdrawalRequest } from './read.js';
import { transit } from './states.js';
import type { Step } from './step.js';
import {
  keyOf,
  type StoreAndForward,
  type SwitchTransaction,
  type WithPan,
} from './transaction.js';

/** What the chunk has found out about a request before it is decided. */
export type Route =
  | {
      readonly kind: 'forward';
      readonly issuer: string;
      readonly pinBlock: Uint8Array;
      readonly pin: { format: 'iso0' | 'iso4'; version: number };
    }
  | { readonly kind: 'stand-in'; readonly issuer: string }
  | { readonly kind: 'decline'; readonly issuer: string; readonly code: string };

export interface DecideContext {
  readonly acquirer: string;
  readonly nowMs: number;
  readonly timeouts: Timeouts;
}

export function decideWithdrawal(
  request: WithdrawalRequest,
  row: SwitchTransaction | undefined,
  route: Route,
  ctx: DecideContext,
): Step {
  if (row !== undefined) return repeated(request, row, ctx);
  const { stan, transmittedAt, incoming } = request;
  const fresh = {
    ...newRow(request, { issuer: route.issuer, nowMs: ctx.nowMs }),
    ...{ stan, transmittedAt, responseCode: null },
    security: incoming.message.fields[53] as string,
  };
  if (request.amountMinor <= 0n) return declined(fresh, RESPONSE.invalidAmount, request, ctx);
  switch (route.kind) {
    case 'decline':
      return declined(fresh, route.code, request, ctx);
    case 'stand-in':
      return stoodIn(fresh, request.incoming.traceparent, ctx);
    case 'forward':
      return forwarded(fresh, request, route, ctx);
  }
}

function forwarded(
  fresh: Omit<WithPan<SwitchTransaction>, 'state'>,
  request: WithdrawalRequest,
  route: Route & { kind: 'forward' },
  ctx: DecideContext,
): Step {
  const deadlineMs = ctx.nowMs + ctx.timeouts.issuerAnswerMs;
  const insert = { ...fresh, state: transit('none', 'forward'), deadlineMs };
  const draft = forwardedRequest(request.incoming.message, {
    issuer: route.issuer,
    pan: request.pan,
    pinBlock: route.pinBlock,
    security: encodeSecurityInfo({
      format: route.pin.format,
      pinKeyVersion: route.pin.version,
      macKeyVersion: 0,
    }),
    correlation: keyOf(insert),
    traceparent: request.incoming.traceparent,
  });
  return { insert, drafts: [draft], note: note('request-forwarded', insert) };
}

function declined(
  fresh: Omit<WithPan<SwitchTransaction>, 'state'>,
  responseCode: string,
  request: WithdrawalRequest,
  ctx: DecideContext,
): Step {
  const insert = { ...fresh, state: transit('none', 'decline'), responseCode };
  const { traceparent } = request.incoming;
  const draft = withdrawalAnswer(insert, { acquirer: ctx.acquirer, pan: insert.pan, traceparent });
  return {
    insert,
    drafts: [draft],
    event: declinedEvent(insert, 'switch', { ...ctx, traceparent }),
    note: { ...note('request-declined', insert), responseCode },
  };
}

/** Approval in the issuer's place: the answer to the terminal and the advice to the issuer. */
export function standIn(
  row: Omit<WithPan<SwitchTransaction>, 'state'>,
  state: SwitchTransaction['state'],
  traceparent: string | undefined,
  ctx: DecideContext,
): { row: WithPan<SwitchTransaction>; step: Omit<Step, 'insert' | 'update'> } {
  const approved: WithPan<SwitchTransaction> = {
    ...row,
    state,
    responseCode: RESPONSE.approved,
    approvalCode: `S${row.stan.slice(1)}`,
    deadlineMs: null,
  };
  const forward: StoreAndForward = {
    rrn: row.rrn,
    terminal: row.terminal,
    kind: 'advice',
    issuer: row.issuer,
    state: 'pending',
    stan: row.stan,
    transmittedAt: transmissionTime(ctx.nowMs),
    code: RESPONSE.approved,
    original: null,
    actualMinor: null,
    sent: 1,
    nextAtMs: ctx.nowMs + backOffMs(1, ctx.timeouts),
  };
  const answer = withdrawalAnswer(approved, { acquirer: ctx.acquirer, pan: row.pan, traceparent });
  const advice = forwardMessage({ forward, transaction: approved }, ctx.acquirer);
  return {
    row: approved,
    step: {
      forward,
      drafts: [answer, advice],
      event: approvedEvent(approved, { ...ctx, traceparent }),
      note: note('stood-in', approved),
    },
  };
}

function stoodIn(
  fresh: Omit<WithPan<SwitchTransaction>, 'state'>,
  traceparent: string | undefined,
  ctx: DecideContext,
): Step {
  const { row, step } = standIn(fresh, transit('none', 'standIn'), traceparent, ctx);
  return { insert: row, ...step };
}

/** A request whose identity is known: the stored answer, or silence while there is none yet. */
function repeated(request: WithdrawalRequest, row: SwitchTransaction, ctx: DecideContext): Step {
  const same =
    row.stan === request.stan &&
    row.transmittedAt === request.transmittedAt &&
    row.amountMinor === request.amountMinor &&
    row.card === request.card;
  const { incoming } = request;
  if (!same) {
    const draft = echoAnswer(incoming.message, {
      mti: '0210',
      code: RESPONSE.duplicate,
      terminal: row.terminal,
      correlation: keyOf(row),
      traceparent: incoming.traceparent,
    });
    return { drafts: [draft], note: note('identity-conflict', row) };
  }
  if (row.state === 'forwarded') return { note: note('repeat-while-open', row) };
  const gone =
    row.state === 'forestalled' || row.state === 'reversed' || row.state === 'partly-reversed';
  const draft = withdrawalAnswer(row, {
    acquirer: ctx.acquirer,
    pan: request.pan,
    code: gone ? RESPONSE.invalidTransaction : row.responseCode!,
    traceparent: incoming.traceparent,
  });
  // A forestalled row was made from the reversal, which names no keys: answer under the request's.
  const security =
    row.security === NO_SECURITY ? (incoming.message.fields[53] as string) : row.security;
  const what = row.state === 'forestalled' ? 'late-request-declined' : 'repeat-answered';
  return { drafts: [{ ...draft, security }], note: note(what, row) };
}

export function note(what: string, row: SwitchTransaction) {
  return { what, terminal: row.terminal, rrn: row.rrn };
}
