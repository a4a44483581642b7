/**
 * The ATM fleet's store on PostgreSQL. A chunk is begin, lock, write, commit: each one statement over
 * arrays, whatever the chunk's size. Several fleets share the schema; a store shows one of them.
 */
import {
  type AtmChanges,
  type AtmJournalRow,
  type AtmStore,
  type AtmTx,
  type CashPosition,
  type Cassette,
  type TerminalRecord,
  type Withdrawal,
  type WithdrawalId,
  type WithdrawalKey,
  withdrawalKeyOf,
} from '@pinfold/flows';
import { assertAffected, type Database, type Transaction } from '../postgres/database.js';
import {
  cassetteBatch,
  changeBatch,
  changeFrom,
  idBatch,
  noteChanges,
  notesBatch,
  padBatch,
  rowFrom,
  stanBatch,
  type TerminalRow,
  terminalBatch,
  type WithdrawalRow,
  withdrawalBatch,
  withdrawalFrom,
} from './rows.js';
import * as sql from './statements.js';

export class PostgresAtmStore implements AtmStore {
  constructor(
    private readonly database: Database,
    private readonly fleet: string,
  ) {}

  terminals(): Promise<TerminalRecord[]> {
    return this.database.query<TerminalRow>(sql.TERMINALS, [this.fleet]);
  }

  cassettes(): Promise<Cassette[]> {
    return this.database.query<Cassette>(sql.CASSETTES, [this.fleet]);
  }

  transact<T>(fn: (tx: AtmTx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => fn(new PostgresAtmTx(tx, this.fleet)));
  }

  async withdrawal({ rrn, terminal }: WithdrawalId): Promise<Withdrawal | undefined> {
    const named = [this.fleet, rrn, terminal];
    const [row] = await this.database.query<WithdrawalRow>(sql.ONE_WITHDRAWAL, named);
    return row === undefined ? undefined : withdrawalFrom(row);
  }

  async reconcilePage(after: WithdrawalId | undefined, limit: number): Promise<AtmJournalRow[]> {
    const from = [this.fleet, after?.rrn ?? '', after?.terminal ?? ''];
    const rows = await this.database.query<AtmJournalRow & { createdMs: bigint }>(
      sql.RECONCILE_PAGE,
      [...from, limit],
    );
    return rows.map((row) => ({ ...row, createdMs: Number(row.createdMs) }));
  }

  async cashPosition(): Promise<CashPosition> {
    const [row] = await this.database.query<CashPosition>(sql.CASH_POSITION, [this.fleet]);
    return row!;
  }

  async parked(limit: number): Promise<Withdrawal[]> {
    const rows = await this.database.query<WithdrawalRow>(sql.PARKED, [this.fleet, limit]);
    return rows.map(withdrawalFrom);
  }
}

class PostgresAtmTx implements AtmTx {
  constructor(
    private readonly tx: Transaction,
    private readonly fleet: string,
  ) {}

  async withdrawals(ids: readonly WithdrawalId[]): Promise<Map<WithdrawalKey, Withdrawal>> {
    if (ids.length === 0) return new Map();
    const rows = await this.tx.query<WithdrawalRow>(sql.LOCK_WITHDRAWALS, idBatch.values(ids));
    return new Map(rows.map((row) => [withdrawalKeyOf(row), withdrawalFrom(row)]));
  }

  async due(nowMs: number, limit: number): Promise<Withdrawal[]> {
    const rows = await this.tx.query<WithdrawalRow>(sql.DUE, [this.fleet, nowMs, limit]);
    return rows.map(withdrawalFrom);
  }

  async requested(atMs: number, limit: number): Promise<Withdrawal[]> {
    const rows = await this.tx.query<WithdrawalRow>(sql.REQUESTED, [this.fleet, atMs, limit]);
    return rows.map(withdrawalFrom);
  }

  cassettes(terminals: readonly string[]): Promise<Cassette[]> {
    return this.tx.query<Cassette>(sql.LOCK_CASSETTES, [terminals]);
  }

  async save(changes: AtmChanges): Promise<void> {
    await this.#install(changes);
    const { inserts = [], updates = [], stans = [], dispensed = [], loaded = [] } = changes;
    const notes = noteChanges({ dispensed, loaded });
    if (inserts.length + updates.length + stans.length + notes.length === 0) return;
    const [written] = await this.tx.query<{ changed: number; counted: number; moved: number }>(
      sql.WRITE,
      [
        ...withdrawalBatch.values(inserts.map((row) => rowFrom(row, this.fleet))),
        ...changeBatch.values(updates.map(changeFrom)),
        ...stanBatch.values(stans),
        ...notesBatch.values(notes),
      ],
    );
    const { changed, counted, moved } = written!;
    assertAffected({ affected: changed, expected: updates.length, what: 'withdrawals' });
    assertAffected({ affected: counted, expected: stans.length, what: 'STANs' });
    assertAffected({ affected: moved, expected: notes.length, what: 'cassettes' });
  }

  /** What happens rarely: new terminals and cassettes, new PIN pad states. */
  async #install({ terminals = [], cassettes = [], pads = [] }: AtmChanges): Promise<void> {
    if (terminals.length > 0) {
      const rows = terminals.map((row) => ({ ...row, fleet: this.fleet }));
      await this.tx.execute(sql.NEW_TERMINALS, terminalBatch.values(rows));
    }
    if (cassettes.length > 0) {
      await this.tx.execute(sql.NEW_CASSETTES, cassetteBatch.values(cassettes));
    }
    if (pads.length > 0) {
      const affected = await this.tx.execute(sql.NEW_PADS, padBatch.values(pads));
      assertAffected({ affected, expected: pads.length, what: 'PIN pads' });
    }
  }
}
