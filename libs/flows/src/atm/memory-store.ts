/**
 * The ATM store in memory: deterministic, for simulation and tests. Transactions run one after
 * another; what a transaction saves is checked at once and applied when it ends.
 */
import type { Cassette, NoteMovement } from './cassettes.js';
import {
  type AtmChanges,
  type AtmJournalRow,
  type AtmStore,
  type AtmTx,
  type CashPosition,
  journalRowOf,
  type TerminalRecord,
} from './store.js';
import {
  isParked,
  type Withdrawal,
  type WithdrawalId,
  type WithdrawalKey,
  withdrawalKeyOf,
} from './withdrawal.js';

const cassetteKeyOf = (c: { terminal: string; position: number }) => `${c.terminal}/${c.position}`;
const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);

interface Tables {
  terminals: Map<string, TerminalRecord>;
  cassettes: Map<string, Cassette>;
  withdrawals: Map<WithdrawalKey, Withdrawal>;
  /** Keys of the rows with something due. */
  waiting: Set<WithdrawalKey>;
}

export class MemoryAtmStore implements AtmStore {
  readonly #tables: Tables = {
    terminals: new Map(),
    cassettes: new Map(),
    withdrawals: new Map(),
    waiting: new Set(),
  };
  #last: Promise<unknown> = Promise.resolve();

  async terminals(): Promise<TerminalRecord[]> {
    return [...this.#tables.terminals.values()].sort((a, b) => order(a.terminal, b.terminal));
  }

  async cassettes(): Promise<Cassette[]> {
    return [...this.#tables.cassettes.values()].sort(byPlace);
  }

  transact<T>(fn: (tx: AtmTx) => Promise<T>): Promise<T> {
    const run = this.#last.then(() => this.#run(fn));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async withdrawal(id: WithdrawalId): Promise<Withdrawal | undefined> {
    return this.#tables.withdrawals.get(withdrawalKeyOf(id));
  }

  async reconcilePage(after: WithdrawalId | undefined, limit: number): Promise<AtmJournalRow[]> {
    const from = after === undefined ? '' : withdrawalKeyOf(after);
    return [...this.#tables.withdrawals]
      .filter(([key]) => key > from)
      .sort(([a], [b]) => order(a, b))
      .slice(0, limit)
      .map(([, row]) => journalRowOf(row));
  }

  async cashPosition(): Promise<CashPosition> {
    let [insideMinor, outMinor, journalMinor] = [0n, 0n, 0n];
    for (const { denominationMinor, loaded, notes } of this.#tables.cassettes.values()) {
      insideMinor += denominationMinor * BigInt(notes);
      outMinor += denominationMinor * BigInt(loaded - notes);
    }
    for (const row of this.#tables.withdrawals.values()) journalMinor += row.dispensedMinor;
    return { insideMinor, outMinor, journalMinor };
  }

  async parked(limit: number): Promise<Withdrawal[]> {
    return [...this.#tables.withdrawals]
      .filter(([, row]) => isParked(row))
      .sort(([a], [b]) => order(a, b))
      .slice(0, limit)
      .map(([, row]) => row);
  }

  async #run<T>(fn: (tx: AtmTx) => Promise<T>): Promise<T> {
    const staged: (() => void)[] = [];
    const value = await fn(this.#transaction(staged));
    for (const apply of staged) apply();
    return value;
  }

  #transaction(staged: (() => void)[]): AtmTx {
    const { withdrawals, waiting, cassettes } = this.#tables;
    const pick = (limit: number, wanted: (row: Withdrawal) => boolean) =>
      [...waiting]
        .map((key) => withdrawals.get(key)!)
        .filter(wanted)
        .sort(
          (a, b) =>
            order(a.nextAtMs!, b.nextAtMs!) || order(withdrawalKeyOf(a), withdrawalKeyOf(b)),
        )
        .slice(0, limit);
    return {
      withdrawals: async (ids) => {
        const found = new Map<WithdrawalKey, Withdrawal>();
        for (const id of ids) {
          const key = withdrawalKeyOf(id);
          const row = withdrawals.get(key);
          if (row !== undefined) found.set(key, row);
        }
        return found;
      },
      due: async (nowMs, limit) => pick(limit, (row) => row.nextAtMs! <= nowMs),
      requested: async (atMs, limit) =>
        pick(limit, (row) => row.state === 'requested' && row.createdMs <= atMs),
      cassettes: async (terminals) => {
        const wanted = new Set(terminals);
        return [...cassettes.values()].filter((c) => wanted.has(c.terminal)).sort(byPlace);
      },
      save: async (changes) => {
        this.#check(changes);
        staged.push(() => this.#apply(changes));
      },
    };
  }

  #check(changes: AtmChanges): void {
    const { terminals, cassettes, withdrawals } = this.#tables;
    const must = (holds: boolean, what: string) => {
      if (!holds) throw new Error(`ATM store: ${what}`);
    };
    for (const t of changes.terminals ?? []) must(!terminals.has(t.terminal), 'terminal exists');
    for (const c of changes.cassettes ?? []) {
      const added = changes.terminals?.some((t) => t.terminal === c.terminal);
      must(added || terminals.has(c.terminal), 'cassette of no terminal');
      must(!cassettes.has(cassetteKeyOf(c)), 'cassette exists');
    }
    for (const p of changes.pads ?? []) must(terminals.has(p.terminal), 'pad of no terminal');
    for (const s of changes.stans ?? []) must(terminals.has(s.terminal), 'STAN of no terminal');
    for (const row of changes.inserts ?? []) {
      must(!withdrawals.has(withdrawalKeyOf(row)), 'withdrawal exists');
    }
    for (const row of changes.updates ?? []) {
      must(withdrawals.has(withdrawalKeyOf(row)), 'update of no withdrawal');
      must(row.dispensedMinor <= row.amountMinor, 'more dispensed than asked for');
    }
    const left = new Map<string, number>();
    for (const move of [...(changes.dispensed ?? []), ...(changes.loaded ?? [])]) {
      const key = cassetteKeyOf(move);
      must(cassettes.has(key) && move.notes > 0, 'notes of no cassette');
      left.set(key, cassettes.get(key)!.notes);
    }
    for (const move of changes.dispensed ?? []) {
      const key = cassetteKeyOf(move);
      left.set(key, left.get(key)! - move.notes);
      must(left.get(key)! >= 0, 'more notes than a cassette holds');
    }
  }

  #apply(changes: AtmChanges): void {
    const { terminals, cassettes, withdrawals, waiting } = this.#tables;
    for (const t of changes.terminals ?? []) terminals.set(t.terminal, t);
    for (const c of changes.cassettes ?? []) cassettes.set(cassetteKeyOf(c), c);
    for (const { terminal, padState } of changes.pads ?? []) {
      terminals.set(terminal, { ...terminals.get(terminal)!, padState });
    }
    for (const { terminal, lastStan } of changes.stans ?? []) {
      terminals.set(terminal, { ...terminals.get(terminal)!, lastStan });
    }
    for (const row of [...(changes.inserts ?? []), ...(changes.updates ?? [])]) {
      const key = withdrawalKeyOf(row);
      withdrawals.set(key, row);
      if (row.nextAtMs === null) waiting.delete(key);
      else waiting.add(key);
    }
    this.#move(changes.dispensed ?? [], (c, notes) => ({ ...c, notes: c.notes - notes }));
    this.#move(changes.loaded ?? [], (c, notes) => {
      return { ...c, notes: c.notes + notes, loaded: c.loaded + notes };
    });
  }

  #move(moves: readonly NoteMovement[], change: (c: Cassette, notes: number) => Cassette): void {
    const { cassettes } = this.#tables;
    for (const move of moves) {
      const key = cassetteKeyOf(move);
      cassettes.set(key, change(cassettes.get(key)!, move.notes));
    }
  }
}

function byPlace(a: Cassette, b: Cassette): number {
  return order(a.terminal, b.terminal) || a.position - b.position;
}
