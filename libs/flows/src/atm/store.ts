/**
 * What an ATM fleet needs of a store, shaped for chunks: one transaction per chunk, batches inside.
 * A store belongs to one fleet and shows it only its own terminals. Two implementations (memory,
 * PostgreSQL) are held to `store.contract.ts`.
 */
import type { Cassette, NoteMovement } from './cassettes.js';
import type { PadAlgorithm } from './pin-pad.js';
import type { Withdrawal, WithdrawalId, WithdrawalKey } from './withdrawal.js';

export interface TerminalRecord {
  readonly terminal: string;
  readonly algorithm: PadAlgorithm;
  /** State of the PIN pad as it left it: sealed. */
  readonly padState: Uint8Array;
  /** Last STAN used, 0 to 999999. */
  readonly lastStan: number;
}

export interface AtmChanges {
  /** New terminals; one that exists throws. */
  readonly terminals?: readonly TerminalRecord[];
  /** New cassettes; one that exists throws. */
  readonly cassettes?: readonly Cassette[];
  /** New PIN pad states of existing terminals. */
  readonly pads?: readonly { readonly terminal: string; readonly padState: Uint8Array }[];
  /** Last STANs of existing terminals. */
  readonly stans?: readonly { readonly terminal: string; readonly lastStan: number }[];
  /** New journal rows. */
  readonly inserts?: readonly Withdrawal[];
  /** Rows that exist, by identity: everything that can change is written. */
  readonly updates?: readonly Withdrawal[];
  /** Notes out of cassettes. Below zero throws. */
  readonly dispensed?: readonly NoteMovement[];
  /** Notes put into cassettes. */
  readonly loaded?: readonly NoteMovement[];
}

export interface AtmTx {
  /** Rows that exist among these, locked in one order until the transaction ends. */
  withdrawals(ids: readonly WithdrawalId[]): Promise<Map<WithdrawalKey, Withdrawal>>;
  /** Rows whose time has come, oldest first, locked; rows locked elsewhere are skipped. */
  due(nowMs: number, limit: number): Promise<Withdrawal[]>;
  /** Rows in state requested made up to then, whatever their deadline; as `due`. */
  requested(atMs: number, limit: number): Promise<Withdrawal[]>;
  /** Cassettes of these terminals, by position, locked. */
  cassettes(terminals: readonly string[]): Promise<Cassette[]>;
  /** Writes everything; throws where the contract of `AtmChanges` says so, and nothing is kept. */
  save(changes: AtmChanges): Promise<void>;
}

export interface AtmJournalRow extends WithdrawalId {
  readonly stan: string;
  readonly state: Withdrawal['state'];
  readonly maskedPan: string;
  readonly card: string;
  readonly amountMinor: bigint;
  readonly dispensedMinor: bigint;
  readonly responseCode: string | null;
  readonly createdMs: number;
}

/** Cash over the whole fleet; `outMinor` by the cassettes' counts, `journalMinor` by the journal. */
export interface CashPosition {
  readonly insideMinor: bigint;
  readonly outMinor: bigint;
  readonly journalMinor: bigint;
}

export interface AtmStore {
  terminals(): Promise<TerminalRecord[]>;
  /** All cassettes of the fleet, by terminal and position. */
  cassettes(): Promise<Cassette[]>;
  /**
   * All or nothing. `fn` may run again after a lost race, so it has no effect outside `tx`.
   * A throwing `fn` rolls back and the error comes out.
   */
  transact<T>(fn: (tx: AtmTx) => Promise<T>): Promise<T>;
  /** One row as it is now, without a lock; undefined where there is none. */
  withdrawal(id: WithdrawalId): Promise<Withdrawal | undefined>;
  /** Journal rows for the three-way match, in order of RRN and terminal; pages by `after`. */
  reconcilePage(after: WithdrawalId | undefined, limit: number): Promise<AtmJournalRow[]>;
  cashPosition(): Promise<CashPosition>;
  /** Rows whose reversal is repeated no more though nobody answered it, in order of identity. */
  parked(limit: number): Promise<Withdrawal[]>;
}

/** The part of a row that reconciliation reads. */
export function journalRowOf(row: Withdrawal): AtmJournalRow {
  const { terminal, rrn, stan, state, maskedPan, card } = row;
  const { amountMinor, dispensedMinor, responseCode, createdMs } = row;
  return {
    terminal,
    rrn,
    stan,
    state,
    maskedPan,
    card,
    amountMinor,
    dispensedMinor,
    responseCode,
    createdMs,
  };
}
