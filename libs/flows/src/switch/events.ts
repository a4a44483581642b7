/** Business events of a withdrawal at the switch, from its row. Ids repeat when an event is repeated. */
import { responseOf, reversalReasonName } from '@pinfold/messages';
import type { SwitchEvent } from './step.js';
import { keyOf, type SwitchTransaction } from './transaction.js';

export interface EventContext {
  readonly acquirer: string;
  readonly nowMs: number;
  readonly traceparent?: string;
}

const NO_ISSUER = 'none';

function dataOf(row: SwitchTransaction, acquirer: string) {
  return {
    terminal: row.terminal,
    rrn: row.rrn,
    stan: row.stan,
    acquirer,
    issuer: row.issuer === '' ? NO_ISSUER : row.issuer,
    pan: row.maskedPan,
    amountMinor: Number(row.amountMinor),
    currency: row.currency,
  };
}

function base(row: SwitchTransaction, what: string, ctx: EventContext) {
  const correlation = keyOf(row);
  const { nowMs: atMs, traceparent } = ctx;
  return { id: `${what}-${correlation}`, atMs, correlation, traceparent };
}

/** `approved` by the issuer, or by the switch in its place. */
export function approvedEvent(row: SwitchTransaction, ctx: EventContext): SwitchEvent {
  const type = row.state === 'stood-in' ? 'stand-in.approved' : 'withdrawal.approved';
  const data = { ...dataOf(row, ctx.acquirer), authorisation: row.approvalCode ?? '' };
  return { type, ...base(row, 'approved', ctx), data };
}

export function declinedEvent(
  row: SwitchTransaction,
  by: 'switch' | 'issuer',
  ctx: EventContext,
): SwitchEvent {
  const responseCode = row.responseCode!;
  const reason = responseOf(responseCode).name;
  const data = { ...dataOf(row, ctx.acquirer), responseCode, reason, by };
  return { type: 'withdrawal.declined', ...base(row, 'declined', ctx), data };
}

export function reversedEvent(
  row: SwitchTransaction,
  reasonCode: string,
  ctx: EventContext,
): SwitchEvent {
  const data = {
    ...dataOf(row, ctx.acquirer),
    reason: reversalReasonName(reasonCode),
    dispensedMinor: Number(row.actualMinor ?? 0n),
  };
  return { type: 'withdrawal.reversed', ...base(row, 'reversed', ctx), data };
}
