/**
 * The issuer's store, shaped for chunks. One chunk is one `peek` (without locks, for what the HSM
 * must be asked) and one `transact` (cards and accounts locked in the order of their keys, decided in
 * memory, written back together). Both implementations are held to `store.contract.ts`.
 */
import type { KeyRecord } from '../node/keys.js';
import type { LedgerLine } from './ledger.js';
import type { Account, Card, CardState, CardStatus, IssuerTransaction } from './model.js';

export interface Touched {
  readonly cardKeys: readonly string[];
  readonly transactionKeys: readonly string[];
}

/** What is known now; other transactions may change it a moment later. */
export interface Glimpse {
  readonly cards: ReadonlyMap<string, Card>;
  /** Those of the transactions asked for that have been heard of. */
  readonly transactions: ReadonlySet<string>;
}

/** What one chunk may read and change. Cards bring their accounts. */
export interface Loaded {
  readonly cards: ReadonlyMap<string, CardState>;
  readonly accounts: ReadonlyMap<number, Account>;
  readonly transactions: ReadonlyMap<string, IssuerTransaction>;
}

/** A business event as stored until it is sent; `value` is the JSON that goes out. */
export interface OutboxEvent {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** The events of one chunk. */
export interface OutboxBatch {
  readonly id: number;
  readonly events: readonly OutboxEvent[];
}

export interface Changes {
  readonly newTransactions: readonly IssuerTransaction[];
  readonly changedTransactions: readonly IssuerTransaction[];
  /** Tries and daily counters are written; nothing else of a card changes in a chunk. */
  readonly cards: readonly CardState[];
  /** Balances follow from these: the store applies them, and nothing else moves a balance. */
  readonly lines: readonly LedgerLine[];
  readonly events: readonly OutboxEvent[];
  /** Outbox batches that have been sent and may go. */
  readonly sentOutboxIds: readonly number[];
}

export interface Decision<T> {
  readonly changes: Changes;
  readonly result: T;
}

export interface Committed<T> {
  readonly result: T;
  /** Id of the outbox batch, when there were events. */
  readonly outboxId: number | undefined;
}

export interface NewCard {
  readonly key: string;
  /** The whole PAN under the device's data key; only administration opens it. */
  readonly sealedPan: Uint8Array;
  readonly maskedPan: string;
  readonly expiry: string;
  readonly status: CardStatus;
  readonly record: string;
  /** Account to make with it; above zero, one per card. */
  readonly accountId: number;
  readonly openingMinor: bigint;
}

/** A transaction with an amount posted, for reconciliation. */
export interface PostedTransaction {
  readonly key: string;
  readonly acquirer: string;
  readonly rrn: string;
  readonly terminal: string;
  readonly postedMinor: bigint;
  /** Part of `postedMinor` that the stand-in loss account carries. */
  readonly lossMinor: bigint;
}

export interface CardView {
  readonly card: Card;
  readonly openingMinor: bigint;
  readonly balanceMinor: bigint;
}

export interface TransactionView {
  readonly transaction: IssuerTransaction;
  readonly lines: readonly LedgerLine[];
}

/** Sums over the whole ledger; `sound` when every balance is its opening plus its lines. */
export interface LedgerSummary {
  readonly accounts: number;
  readonly openingMinor: bigint;
  readonly balanceMinor: bigint;
  /** What stands posted over all transactions: what the issuer owes its acquirers. */
  readonly postedMinor: bigint;
  /** Balance of each of the issuer's own accounts. */
  readonly internal: ReadonlyMap<number, bigint>;
  readonly sound: boolean;
}

export interface IssuerStore {
  peek(touched: Touched): Promise<Glimpse>;

  /**
   * One transaction. `decide` is synchronous, may run again after a deadlock, and must not reach
   * outside. Rejects, with nothing changed, when a constraint refuses: a negative customer balance,
   * a second line of one kind for a transaction, an account that does not exist.
   */
  transact<T>(touched: Touched, decide: (loaded: Loaded) => Decision<T>): Promise<Committed<T>>;

  /** Outbox batches made before `olderThanMs` (epoch) and not yet marked as sent, oldest first. */
  unsent(olderThanMs: number, limit: number): Promise<OutboxBatch[]>;
  forgetSent(outboxIds: readonly number[]): Promise<void>;

  /** All keys of the link; a few rows. */
  keys(): Promise<KeyRecord[]>;
  /** Adds or replaces by owner, usage and version; forgets versions beyond those kept. */
  saveKeys(records: readonly KeyRecord[]): Promise<void>;

  /** The issuer's own accounts; existing ones stay as they are. */
  openInternalAccounts(accounts: readonly { id: number; name: string }[]): Promise<void>;
  /** Thousands of cards in one call; a card that exists already is left alone. Returns how many are new. */
  createCards(cards: readonly NewCard[]): Promise<number>;
  countCards(): Promise<number>;
  setCardStatus(cardKey: string, status: CardStatus): Promise<boolean>;

  card(cardKey: string): Promise<CardView | undefined>;
  transaction(key: string): Promise<TransactionView | undefined>;
  /** Transactions first heard of in `[fromMs, toMs)` that have an amount posted, in order of their keys. */
  postedByRrn(fromMs: number, toMs: number): AsyncIterable<PostedTransaction>;
  ledgerSummary(): Promise<LedgerSummary>;
}
