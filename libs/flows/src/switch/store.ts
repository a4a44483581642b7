/**
 * What the switch needs of a store. Chunk-shaped: one transaction per chunk, batches inside. Two
 * implementations (memory, PostgreSQL) are held to `store.contract.ts`.
 */
import type { BusRecord } from '@pinfold/messages';
import type { KeyRecord } from '../node.js';
import type { LinkRecord } from './links.js';
import type {
  DueForward,
  ForwardKind,
  StoreAndForward,
  SwitchTransaction,
  TransactionId,
  TransactionKey,
  WithPan,
} from './transaction.js';

/** Events written with the change they tell of, and repeated until the bus has taken them. */
export interface OutboxRow {
  readonly id: string;
  readonly createdMs: number;
  readonly records: readonly BusRecord[];
}

export interface StandInRequest {
  readonly issuer: string;
  /** Keyed hash of the card number. */
  readonly card: string;
  /** UTC day, YYYY-MM-DD. */
  readonly day: string;
  readonly amountMinor: bigint;
  readonly perCardMinor: bigint;
  readonly perIssuerMinor: bigint;
}

export interface SwitchChanges {
  readonly inserts?: readonly WithPan<SwitchTransaction>[];
  readonly updates?: readonly SwitchTransaction[];
  /** Inserted, or replaced when the row (rrn, terminal, kind) exists. */
  readonly forwards?: readonly StoreAndForward[];
  readonly keys?: readonly KeyRecord[];
  /** Inserted or replaced, by issuer. */
  readonly links?: readonly LinkRecord[];
  readonly outbox?: OutboxRow;
  /** Outbox rows that the bus has accepted: removed. */
  readonly delivered?: readonly string[];
}

export interface SwitchTx {
  /** Rows that exist among these, locked in one order until the transaction ends. */
  transactions(ids: readonly TransactionId[]): Promise<Map<TransactionKey, SwitchTransaction>>;
  /** Forwarded transactions past their deadline, oldest first, locked; rows locked elsewhere are skipped. */
  timedOut(nowMs: number, limit: number): Promise<WithPan<SwitchTransaction>[]>;
  /** Store-and-forward rows that exist among these, locked, by `forwardKeyOf`. */
  forwards(
    ids: readonly (TransactionId & { kind: ForwardKind })[],
  ): Promise<Map<string, StoreAndForward>>;
  /** Pending rows due now, oldest first, locked; rows locked elsewhere are skipped. */
  dueForwards(nowMs: number, limit: number): Promise<DueForward[]>;
  /** In order: true when both limits of the day still hold with this amount, which then counts. */
  reserveStandIn(requests: readonly StandInRequest[]): Promise<boolean[]>;
  /** Keys of these owners, locked against a second maker of versions. */
  lockKeys(owners: readonly string[]): Promise<KeyRecord[]>;
  /** Records of these issuers that exist, locked. */
  lockLinks(issuers: readonly string[]): Promise<LinkRecord[]>;
  /** Outbox rows older than `beforeMs`, oldest first; rows locked elsewhere are skipped. */
  staleOutbox(beforeMs: number, limit: number): Promise<OutboxRow[]>;
  /**
   * Writes everything. A second row with the same identity (rrn and terminal; stan, DE 7 and
   * terminal) or an update of a row that is not there throws; the second identity alone:
   * `RequestTaken`.
   */
  save(changes: SwitchChanges): Promise<void>;
}

export interface SwitchStore {
  /** All keys, or those of some owners. */
  keys(owners?: readonly string[]): Promise<KeyRecord[]>;
  /**
   * All or nothing. `fn` may run again after a lost race, so it has no effect outside `tx`.
   * A throwing `fn` rolls back and the error comes out.
   */
  transact<T>(fn: (tx: SwitchTx) => Promise<T>): Promise<T>;
  /** One row as it is now, without a lock; undefined where there is none. */
  transaction(id: TransactionId): Promise<SwitchTransaction | undefined>;
  /** One row per transaction for the three-way match, in order of identity; pages by `after`. */
  reconcilePage(after: TransactionId | undefined, limit: number): Promise<ReconcileRow[]>;
  /** Store-and-forward rows that wait for a person (`parked`, `refused`), in order of identity. */
  parked(limit: number): Promise<StoreAndForward[]>;
}

export interface ReconcileRow extends TransactionId {
  readonly state: SwitchTransaction['state'];
  readonly issuer: string;
  readonly maskedPan: string;
  readonly amountMinor: bigint;
  readonly actualMinor: bigint | null;
  /** Store-and-forward rows that are not `done`. */
  readonly open: number;
}
