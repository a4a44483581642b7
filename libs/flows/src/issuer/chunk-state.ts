/**
 * The working copy of one chunk: what was loaded, as the messages of the chunk change it one after
 * the other, so that several messages for one card see each other. Balances are moved here only to
 * decide; what is written are the ledger lines.
 */
import type { LedgerLine } from './ledger.js';
import type { Account, CardState, IssuerTransaction } from './model.js';
import type { Changes, Loaded, OutboxEvent } from './store.js';

export class ChunkState {
  readonly #loaded: Loaded;
  readonly #cards = new Map<string, CardState>();
  readonly #balances = new Map<number, bigint>();
  readonly #transactions = new Map<string, IssuerTransaction>();
  readonly #lines: LedgerLine[] = [];
  readonly #events: OutboxEvent[] = [];

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
  }

  card(key: string): CardState | undefined {
    return this.#cards.get(key) ?? this.#loaded.cards.get(key);
  }

  account(id: number): Account | undefined {
    const loaded = this.#loaded.accounts.get(id);
    const balanceMinor = this.#balances.get(id);
    return loaded === undefined || balanceMinor === undefined ? loaded : { id, balanceMinor };
  }

  transaction(key: string): IssuerTransaction | undefined {
    return this.#transactions.get(key) ?? this.#loaded.transactions.get(key);
  }

  putCard(card: CardState): void {
    this.#cards.set(card.key, card);
  }

  putTransaction(transaction: IssuerTransaction): void {
    this.#transactions.set(transaction.key, transaction);
  }

  /** Adds a line; an amount of zero moves nothing and is no line. */
  post(line: LedgerLine): void {
    if (line.amountMinor === 0n) return;
    this.#lines.push(line);
    this.#move(line.debit, -line.amountMinor);
    this.#move(line.credit, line.amountMinor);
  }

  tell(event: OutboxEvent): void {
    this.#events.push(event);
  }

  changes(sentOutboxIds: readonly number[]): Changes {
    const newTransactions: IssuerTransaction[] = [];
    const changedTransactions: IssuerTransaction[] = [];
    for (const transaction of this.#transactions.values()) {
      const known = this.#loaded.transactions.has(transaction.key);
      (known ? changedTransactions : newTransactions).push(transaction);
    }
    return {
      newTransactions,
      changedTransactions,
      cards: [...this.#cards.values()],
      lines: this.#lines,
      events: this.#events,
      sentOutboxIds,
    };
  }

  #move(accountId: number, amountMinor: bigint): void {
    const account = this.account(accountId);
    if (account === undefined) return;
    this.#balances.set(accountId, account.balanceMinor + amountMinor);
  }
}
