/** Columns of the switch's tables, and rows as the tables have them. */
import type {
  ForwardKind,
  ForwardState,
  StoreAndForward,
  SwitchTransaction,
  TransactionState,
  WithPan,
} from '@pinfold/flows';
import { batch } from '../postgres/unnest.js';

/** How the store keeps card numbers: sealed. */
export interface PanKeeper {
  seal(pan: string): Uint8Array;
  /** Throws when the bytes are not of this keeper. */
  open(sealed: Uint8Array): string;
}

export const idBatch = batch({ rrn: 'text', terminal: 'text' });

export const rowBatch = batch({
  rrn: 'text',
  terminal: 'text',
  stan: 'text',
  transmittedAt: 'text',
  state: 'text',
  issuer: 'text',
  sealedPan: 'bytea',
  card: 'text',
  maskedPan: 'text',
  amountMinor: 'bigint',
  actualMinor: 'bigint?',
  currency: 'text',
  responseCode: 'text?',
  approvalCode: 'text?',
  security: 'text',
  fields: 'text',
  deadlineMs: 'bigint?',
  createdMs: 'bigint',
});

/** What may change of a row, with the identity that finds it. */
export const changeBatch = batch({
  rrn: 'text',
  terminal: 'text',
  state: 'text',
  actualMinor: 'bigint?',
  responseCode: 'text?',
  approvalCode: 'text?',
  deadlineMs: 'bigint?',
});

export const forwardBatch = batch({
  rrn: 'text',
  terminal: 'text',
  kind: 'text',
  issuer: 'text',
  state: 'text',
  stan: 'text',
  transmittedAt: 'text',
  code: 'text',
  original: 'text?',
  actualMinor: 'bigint?',
  sent: 'integer',
  nextAtMs: 'bigint',
});

export const keyBatch = batch({
  owner: 'text',
  usage: 'text',
  version: 'integer',
  token: 'text',
  checkValue: 'text',
  state: 'text',
});

export type Row = typeof rowBatch.row;
export type ForwardRow = typeof forwardBatch.row;

const maybeBigint = (value: number | null) => (value === null ? null : BigInt(value));
const maybeNumber = (value: bigint | null) => (value === null ? null : Number(value));

export function rowFrom(t: WithPan<SwitchTransaction>, pans: PanKeeper): Row {
  return {
    rrn: t.rrn,
    terminal: t.terminal,
    stan: t.stan,
    transmittedAt: t.transmittedAt,
    state: t.state,
    issuer: t.issuer,
    sealedPan: pans.seal(t.pan),
    card: t.card,
    maskedPan: t.maskedPan,
    amountMinor: t.amountMinor,
    actualMinor: t.actualMinor,
    currency: t.currency,
    responseCode: t.responseCode,
    approvalCode: t.approvalCode,
    security: t.security,
    fields: JSON.stringify(t.fields),
    deadlineMs: maybeBigint(t.deadlineMs),
    createdMs: BigInt(t.createdMs),
  };
}

export function changeFrom(t: SwitchTransaction): typeof changeBatch.row {
  const { rrn, terminal, state, actualMinor, responseCode, approvalCode } = t;
  const deadlineMs = maybeBigint(t.deadlineMs);
  return { rrn, terminal, state, actualMinor, responseCode, approvalCode, deadlineMs };
}

/** Columns that a transaction is read from: all but the sealed card number. */
export const ROW_COLUMNS = [
  't.rrn, t.terminal, t.stan, t.transmitted_at AS "transmittedAt", t.state, t.issuer',
  't.card, t.masked_pan AS "maskedPan", t.amount_minor AS "amountMinor", t.actual_minor AS "actualMinor"',
  't.currency, t.response_code AS "responseCode", t.approval_code AS "approvalCode", t.security',
  't.fields, t.deadline_ms AS "deadlineMs", t.created_ms AS "createdMs"',
].join(', ');

export type ReadRow = Omit<Row, 'sealedPan'>;

export function transactionFrom(row: ReadRow): SwitchTransaction {
  return {
    ...row,
    state: row.state as TransactionState,
    fields: JSON.parse(row.fields),
    deadlineMs: maybeNumber(row.deadlineMs),
    createdMs: Number(row.createdMs),
  };
}

export function withPanFrom(
  { sealedPan, ...row }: ReadRow & { sealedPan: Uint8Array },
  pans: PanKeeper,
): WithPan<SwitchTransaction> {
  return { ...transactionFrom(row), pan: pans.open(sealedPan) };
}

export function forwardRowFrom(forward: StoreAndForward): ForwardRow {
  return { ...forward, nextAtMs: BigInt(forward.nextAtMs) };
}

export function forwardFrom(row: ForwardRow): StoreAndForward {
  return {
    ...row,
    kind: row.kind as ForwardKind,
    state: row.state as ForwardState,
    nextAtMs: Number(row.nextAtMs),
  };
}
