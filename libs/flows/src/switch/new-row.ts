/** The row of a transaction that the switch has not seen before, from the message that told of it. */
import { maskPan } from '@pinfold/messages';
import type { ReversalRequest, WithdrawalRequest } from './read.js';
import { KEPT_FIELDS, type SwitchTransaction, type WithPan } from './transaction.js';

/** What a withdrawal, and a reversal that comes before its withdrawal, put in themselves. */
type Decided = 'state' | 'stan' | 'transmittedAt' | 'responseCode' | 'security';

export function newRow(
  request: WithdrawalRequest | ReversalRequest,
  o: { issuer: string; nowMs: number },
): Omit<WithPan<SwitchTransaction>, Decided> {
  const { rrn, terminal, pan, card, amountMinor, currency, incoming } = request;
  const fields: Record<number, string> = {};
  for (const number of KEPT_FIELDS) {
    const value = incoming.message.fields[number];
    if (typeof value === 'string') fields[number] = value;
  }
  return {
    ...{ rrn, terminal, pan, card, amountMinor, currency, fields },
    issuer: o.issuer,
    maskedPan: maskPan(pan),
    actualMinor: null,
    approvalCode: null,
    deadlineMs: null,
    createdMs: o.nowMs,
  };
}
