/**
 * What changes when money moves: ledger lines, what stands posted of a transaction, and the card's
 * daily counters. The acquirer's settlement account is always one of the two sides.
 */
import type { ChunkState } from './chunk-state.js';
import { type LineKind, STAND_IN_LOSS_ACCOUNT, settlementAccount } from './ledger.js';
import type { CardState, IssuerTransaction, LegName } from './model.js';
import { usedToday } from './rules.js';

/** Kinds of the lines that post and undo a leg: the customer's part and the loss account's. */
const KINDS: Readonly<
  Record<LegName, { post: LineKind; undo: LineKind; postLoss?: LineKind; undoLoss?: LineKind }>
> = {
  request: { post: 'withdrawal', undo: 'withdrawal-reversal' },
  advice: {
    post: 'advice',
    undo: 'advice-reversal',
    postLoss: 'advice-loss',
    undoLoss: 'advice-loss-reversal',
  },
};

export interface Posting {
  readonly leg: LegName;
  readonly customerMinor: bigint;
  readonly lossMinor: bigint;
}

/** Posts what a leg moves and counts it for the day. Returns the transaction with it standing. */
export function post(
  state: ChunkState,
  transaction: IssuerTransaction,
  posting: Posting,
): IssuerTransaction {
  const { key: transactionKey, accountId, acquirer } = transaction;
  const { leg, customerMinor, lossMinor } = posting;
  const credit = settlementAccount(acquirer);
  const kinds = KINDS[leg];
  if (accountId !== undefined) {
    state.post({
      transactionKey,
      kind: kinds.post,
      debit: accountId,
      credit,
      amountMinor: customerMinor,
    });
  }
  if (kinds.postLoss !== undefined) {
    const debit = STAND_IN_LOSS_ACCOUNT;
    state.post({ transactionKey, kind: kinds.postLoss, debit, credit, amountMinor: lossMinor });
  }
  const card = state.card(transaction.cardKey);
  if (card !== undefined && customerMinor > 0n) {
    state.putCard(counted(card, transaction.day, { count: 1, amountMinor: customerMinor }));
  }
  return { ...transaction, customerMinor, lossMinor, postedBy: leg };
}

/**
 * Takes back what stands posted down to `keepMinor` (0n: all of it). The customer keeps carrying
 * what is left before the loss account does.
 */
export function undo(
  state: ChunkState,
  transaction: IssuerTransaction,
  keepMinor: bigint,
): IssuerTransaction {
  const { key: transactionKey, accountId, acquirer, customerMinor, lossMinor } = transaction;
  const customerKept = smaller(customerMinor, keepMinor);
  const lossKept = smaller(lossMinor, keepMinor - customerKept);
  const debit = settlementAccount(acquirer);
  const kinds = KINDS[transaction.postedBy];
  const refundMinor = customerMinor - customerKept;
  if (accountId !== undefined) {
    state.post({
      transactionKey,
      kind: kinds.undo,
      debit,
      credit: accountId,
      amountMinor: refundMinor,
    });
  }
  if (kinds.undoLoss !== undefined) {
    const amountMinor = lossMinor - lossKept;
    const credit = STAND_IN_LOSS_ACCOUNT;
    state.post({ transactionKey, kind: kinds.undoLoss, debit, credit, amountMinor });
  }
  const card = state.card(transaction.cardKey);
  if (card !== undefined && card.day === transaction.day && refundMinor > 0n) {
    const count = customerKept === 0n ? -1 : 0;
    state.putCard(counted(card, transaction.day, { count, amountMinor: -refundMinor }));
  }
  return { ...transaction, customerMinor: customerKept, lossMinor: lossKept };
}

export const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function counted(
  card: CardState,
  day: number,
  change: { count: number; amountMinor: bigint },
): CardState {
  const used = usedToday(card, day);
  return {
    ...card,
    day,
    dayCount: used.count + change.count,
    dayAmountMinor: used.amountMinor + change.amountMinor,
  };
}
