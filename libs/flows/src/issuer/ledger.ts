/**
 * The ledger. One line moves an amount above zero from a debit account to a different credit
 * account, so a line cannot be out of balance and neither can any sum of lines. Customer accounts
 * have ids above zero; the issuer's own accounts have ids below.
 */

/** Covers what a stand-in paid out and no customer account could carry. */
export const STAND_IN_LOSS_ACCOUNT = -1;

/** What the issuer owes an acquirer (DE 32, up to eleven digits, never all zero). */
export function settlementAccount(acquirer: string): number {
  return -1_000 - Number(acquirer);
}

/** Kinds of lines. The number is what the database stores; a transaction has each at most once. */
export const LINE_KINDS = {
  withdrawal: 1,
  'withdrawal-reversal': 2,
  advice: 3,
  'advice-loss': 4,
  'advice-reversal': 5,
  'advice-loss-reversal': 6,
} as const;
export type LineKind = keyof typeof LINE_KINDS;

const KIND_BY_NUMBER = new Map<number, LineKind>(
  Object.entries(LINE_KINDS).map(([kind, number]) => [number, kind as LineKind]),
);

export function lineKindOf(number: number): LineKind {
  const kind = KIND_BY_NUMBER.get(number);
  if (kind === undefined) throw new Error('unknown kind of ledger line');
  return kind;
}

export interface LedgerLine {
  readonly transactionKey: string;
  readonly kind: LineKind;
  /** Account whose balance falls. */
  readonly debit: number;
  /** Account whose balance rises. */
  readonly credit: number;
  /** Above zero. */
  readonly amountMinor: bigint;
}
