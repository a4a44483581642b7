/** Between the issuer's objects and rows of its tables. */
import {
  type CardStatus,
  type IssuerCard,
  type IssuerCardState,
  type IssuerLeg,
  type IssuerTransaction,
  LEG_STATES,
  type LedgerLine,
  lineKindOf,
} from '@pinfold/flows';
import { batch } from '../postgres/unnest.js';

export const transactionBatch = batch({
  key: 'text',
  cardKey: 'text',
  accountId: 'bigint?',
  amount: 'bigint',
  day: 'integer',
  seenAtMs: 'bigint',
  requestState: 'integer',
  requestMessage: 'text',
  requestCode: 'text',
  requestApproval: 'text',
  requestActual: 'bigint?',
  adviceState: 'integer',
  adviceMessage: 'text',
  adviceCode: 'text',
  adviceApproval: 'text',
  adviceActual: 'bigint?',
  customer: 'bigint',
  loss: 'bigint',
  postedBy: 'integer',
});
export type TransactionRow = typeof transactionBatch.row;

export const usageBatch = batch({
  cardId: 'bigint',
  tries: 'integer',
  day: 'integer',
  dayCount: 'integer',
  dayAmount: 'bigint',
});

export const lineBatch = batch({
  transactionKey: 'text',
  kind: 'integer',
  debit: 'bigint',
  credit: 'bigint',
  amount: 'bigint',
});

export const cardBatch = batch({
  key: 'text',
  accountId: 'bigint',
  sealedPan: 'bytea',
  maskedPan: 'text',
  expiry: 'text',
  status: 'text',
  record: 'text',
  opening: 'bigint',
});

const STATE_NUMBERS = Object.fromEntries(LEG_STATES.map((state, i) => [state, i]));
const POSTED_BY = ['request', 'advice'] as const;

export function transactionRow(t: IssuerTransaction): TransactionRow {
  const { request, advice } = t;
  return {
    key: t.key,
    cardKey: t.cardKey,
    accountId: t.accountId === undefined ? null : BigInt(t.accountId),
    amount: t.amountMinor,
    day: t.day,
    seenAtMs: BigInt(t.seenAtMs),
    requestState: STATE_NUMBERS[request.state]!,
    requestMessage: request.message,
    requestCode: request.responseCode,
    requestApproval: request.approvalCode,
    requestActual: request.actualMinor ?? null,
    adviceState: STATE_NUMBERS[advice.state]!,
    adviceMessage: advice.message,
    adviceCode: advice.responseCode,
    adviceApproval: advice.approvalCode,
    adviceActual: advice.actualMinor ?? null,
    customer: t.customerMinor,
    loss: t.lossMinor,
    postedBy: POSTED_BY.indexOf(t.postedBy),
  };
}

/** Digits of an RRN: DE 37 has a fixed length, the acquirer has digits only. */
const RRN_LENGTH = 12;

/** `acquirer-rrn-terminal` taken apart. */
export function namesOf(key: string): { acquirer: string; rrn: string; terminal: string } {
  const rrnAt = key.indexOf('-') + 1;
  return {
    acquirer: key.slice(0, rrnAt - 1),
    rrn: key.slice(rrnAt, rrnAt + RRN_LENGTH),
    terminal: key.slice(rrnAt + RRN_LENGTH + 1),
  };
}

export function transactionOf(row: TransactionRow): IssuerTransaction {
  return {
    key: row.key,
    cardKey: row.cardKey,
    accountId: row.accountId === null ? undefined : Number(row.accountId),
    ...namesOf(row.key),
    amountMinor: row.amount,
    day: row.day,
    seenAtMs: Number(row.seenAtMs),
    request: leg(row.requestState, {
      message: row.requestMessage,
      responseCode: row.requestCode,
      approvalCode: row.requestApproval,
      actualMinor: row.requestActual ?? undefined,
    }),
    advice: leg(row.adviceState, {
      message: row.adviceMessage,
      responseCode: row.adviceCode,
      approvalCode: row.adviceApproval,
      actualMinor: row.adviceActual ?? undefined,
    }),
    customerMinor: row.customer,
    lossMinor: row.loss,
    postedBy: POSTED_BY[row.postedBy]!,
  };
}

function leg(state: number, rest: Omit<IssuerLeg, 'state'>): IssuerLeg {
  return { state: LEG_STATES[state]!, ...rest };
}

/** Columns of a card that decisions read, with its usage; the tables are `c` and `u`. */
export const STATE_COLUMNS = `c.id, c.key, c.account_id AS "accountId", c.expiry, c.status,
  u.tries, u.day, u.day_count AS "dayCount", u.day_amount AS "dayAmountMinor"`;
export const CARD_COLUMNS = `${STATE_COLUMNS}, c.masked_pan AS "maskedPan", c.record`;

export interface StateRow {
  id: bigint;
  key: string;
  accountId: bigint;
  expiry: string;
  status: CardStatus;
  tries: number;
  day: number;
  dayCount: number;
  dayAmountMinor: bigint;
}

export interface CardRow extends StateRow {
  maskedPan: string;
  record: string;
}

export function stateOf(row: StateRow): IssuerCardState {
  const { key, expiry, status, tries, day, dayCount, dayAmountMinor } = row;
  const accountId = Number(row.accountId);
  return { key, accountId, expiry, status, tries, day, dayCount, dayAmountMinor };
}

export function cardOf(row: CardRow): IssuerCard {
  return { ...stateOf(row), maskedPan: row.maskedPan, record: row.record };
}

export interface LineRow {
  transactionKey: string;
  kind: number;
  debit: bigint;
  credit: bigint;
  amount: bigint;
}

export function lineOf({ transactionKey, kind, debit, credit, amount }: LineRow): LedgerLine {
  return {
    transactionKey,
    kind: lineKindOf(kind),
    debit: Number(debit),
    credit: Number(credit),
    amountMinor: amount,
  };
}
