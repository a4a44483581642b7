/**
 * The issuer's store in memory, for the simulator and for tests of the logic. Deterministic, and as
 * strict as the database: a chunk that would break a constraint changes nothing and rejects.
 */
import type { Clock } from '../node/clock.js';
import { isNewerVersion, type KeyRecord, VERSIONS_KEPT } from '../node/keys.js';
import { type LedgerLine, LINE_KINDS } from './ledger.js';
import type { Account, Card, CardStatus, IssuerTransaction } from './model.js';
import type {
  CardView,
  Changes,
  Committed,
  Decision,
  Glimpse,
  IssuerStore,
  LedgerSummary,
  Loaded,
  NewCard,
  OutboxBatch,
  PostedTransaction,
  Touched,
  TransactionView,
} from './store.js';

interface MemoryAccount {
  readonly openingMinor: bigint;
  balanceMinor: bigint;
}

/** A constraint said no. The database's errors are its own; both leave everything as it was. */
export class ConstraintViolation extends Error {
  constructor(readonly constraint: 'balance' | 'second-posting' | 'account' | 'transaction') {
    super(`the issuer's store refuses: ${constraint}`);
    this.name = 'ConstraintViolation';
  }
}

const lineKey = (line: LedgerLine): string => `${line.transactionKey}/${LINE_KINDS[line.kind]}`;

function pick<K, V>(all: ReadonlyMap<K, V>, keys: Iterable<K>): Map<K, V> {
  const picked = new Map<K, V>();
  for (const key of keys) {
    const value = all.get(key);
    if (value !== undefined) picked.set(key, value);
  }
  return picked;
}

export class MemoryIssuerStore implements IssuerStore {
  readonly #clock: Clock;
  readonly #cards = new Map<string, Card>();
  readonly #accounts = new Map<number, MemoryAccount>();
  readonly #internal = new Map<number, bigint>();
  readonly #transactions = new Map<string, IssuerTransaction>();
  readonly #lines = new Map<string, LedgerLine>();
  readonly #linesOf = new Map<string, LedgerLine[]>();
  readonly #outbox = new Map<number, OutboxBatch & { atMs: number }>();
  #keys: KeyRecord[] = [];
  #lastOutboxId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async peek({ cardKeys, transactionKeys }: Touched): Promise<Glimpse> {
    return {
      cards: pick(this.#cards, cardKeys),
      transactions: new Set(transactionKeys.filter((key) => this.#transactions.has(key))),
    };
  }

  async transact<T>(touched: Touched, decide: (loaded: Loaded) => Decision<T>) {
    const cards = pick(this.#cards, touched.cardKeys);
    const accounts = new Map<number, Account>();
    for (const { accountId: id } of cards.values()) {
      accounts.set(id, { id, balanceMinor: this.#accounts.get(id)!.balanceMinor });
    }
    const transactions = pick(this.#transactions, touched.transactionKeys);
    const { changes, result } = decide({ cards, accounts, transactions });
    const committed: Committed<T> = { result, outboxId: this.#apply(changes) };
    return committed;
  }

  #apply(changes: Changes): number | undefined {
    const moves = this.#check(changes);
    for (const [id, move] of moves) {
      const account = this.#accounts.get(id);
      if (account === undefined) this.#internal.set(id, this.#internal.get(id)! + move);
      else account.balanceMinor += move;
    }
    for (const line of changes.lines) {
      this.#lines.set(lineKey(line), line);
      const own = this.#linesOf.get(line.transactionKey);
      if (own === undefined) this.#linesOf.set(line.transactionKey, [line]);
      else own.push(line);
    }
    for (const t of changes.newTransactions) this.#transactions.set(t.key, t);
    for (const t of changes.changedTransactions) this.#transactions.set(t.key, t);
    for (const { key, tries, day, dayCount, dayAmountMinor } of changes.cards) {
      const counters = { tries, day, dayCount, dayAmountMinor };
      this.#cards.set(key, { ...this.#cards.get(key)!, ...counters });
    }
    for (const id of changes.sentOutboxIds) this.#outbox.delete(id);
    if (changes.events.length === 0) return undefined;
    const id = ++this.#lastOutboxId;
    this.#outbox.set(id, { id, events: changes.events, atMs: this.#clock.now() });
    return id;
  }

  /** Net movement per account, or a violation. */
  #check({ lines, newTransactions, changedTransactions }: Changes): Map<number, bigint> {
    const moves = new Map<number, bigint>();
    const fresh = new Set<string>();
    const move = (id: number, amount: bigint) => moves.set(id, (moves.get(id) ?? 0n) + amount);
    for (const line of lines) {
      const key = lineKey(line);
      if (this.#lines.has(key) || fresh.has(key)) throw new ConstraintViolation('second-posting');
      if (line.debit === line.credit || line.amountMinor <= 0n) {
        throw new ConstraintViolation('balance');
      }
      fresh.add(key);
      move(line.debit, -line.amountMinor);
      move(line.credit, line.amountMinor);
    }
    for (const [id, amount] of moves) {
      const account = this.#accounts.get(id);
      if (account === undefined && !this.#internal.has(id)) {
        throw new ConstraintViolation('account');
      }
      if (account !== undefined && account.balanceMinor + amount < 0n) {
        throw new ConstraintViolation('balance');
      }
    }
    const known = (t: IssuerTransaction): boolean => this.#transactions.has(t.key);
    if (newTransactions.some(known) || !changedTransactions.every(known)) {
      throw new ConstraintViolation('transaction');
    }
    return moves;
  }

  async unsent(olderThanMs: number, limit: number): Promise<OutboxBatch[]> {
    return [...this.#outbox.values()]
      .filter(({ atMs }) => atMs < olderThanMs)
      .slice(0, limit)
      .map(({ id, events }) => ({ id, events }));
  }

  async forgetSent(outboxIds: readonly number[]): Promise<void> {
    for (const id of outboxIds) this.#outbox.delete(id);
  }

  async keys(): Promise<KeyRecord[]> {
    return [...this.#keys];
  }

  async saveKeys(records: readonly KeyRecord[]): Promise<void> {
    for (const record of records) {
      const { owner, usage, version } = record;
      const same = (k: KeyRecord): boolean => k.owner === owner && k.usage === usage;
      const others = this.#keys.filter((k) => !same(k));
      const versions = this.#keys.filter((k) => same(k) && k.version !== version);
      versions.push(record);
      versions.sort((a, b) => (isNewerVersion(a.version, b.version) ? -1 : 1));
      this.#keys = [...others, ...versions.slice(0, VERSIONS_KEPT)];
    }
  }

  async openInternalAccounts(accounts: readonly { id: number; name: string }[]): Promise<void> {
    for (const { id } of accounts) if (!this.#internal.has(id)) this.#internal.set(id, 0n);
  }

  async createCards(cards: readonly NewCard[]): Promise<number> {
    let created = 0;
    for (const { key, maskedPan, expiry, status, record, accountId, openingMinor } of cards) {
      if (this.#cards.has(key)) continue;
      const counters = { tries: 0, day: 0, dayCount: 0, dayAmountMinor: 0n };
      this.#cards.set(key, { key, accountId, maskedPan, expiry, status, record, ...counters });
      this.#accounts.set(accountId, { openingMinor, balanceMinor: openingMinor });
      created += 1;
    }
    return created;
  }

  async countCards(): Promise<number> {
    return this.#cards.size;
  }

  async setCardStatus(cardKey: string, status: CardStatus): Promise<boolean> {
    const card = this.#cards.get(cardKey);
    if (card === undefined) return false;
    this.#cards.set(cardKey, { ...card, status });
    return true;
  }

  async card(cardKey: string): Promise<CardView | undefined> {
    const card = this.#cards.get(cardKey);
    return card === undefined ? undefined : { card, ...this.#accounts.get(card.accountId)! };
  }

  async transaction(key: string): Promise<TransactionView | undefined> {
    const transaction = this.#transactions.get(key);
    if (transaction === undefined) return undefined;
    return { transaction, lines: [...(this.#linesOf.get(key) ?? [])] };
  }

  async *postedByRrn(fromMs: number, toMs: number): AsyncIterable<PostedTransaction> {
    const keys = [...this.#transactions.keys()].sort();
    for (const key of keys) {
      const { acquirer, rrn, terminal, seenAtMs, ...t } = this.#transactions.get(key)!;
      const postedMinor = t.customerMinor + t.lossMinor;
      if (seenAtMs < fromMs || seenAtMs >= toMs || postedMinor === 0n) continue;
      yield { key, acquirer, rrn, terminal, postedMinor, lossMinor: t.lossMinor };
    }
  }

  async ledgerSummary(): Promise<LedgerSummary> {
    const moved = new Map<number, bigint>();
    for (const { debit, credit, amountMinor } of this.#lines.values()) {
      moved.set(debit, (moved.get(debit) ?? 0n) - amountMinor);
      moved.set(credit, (moved.get(credit) ?? 0n) + amountMinor);
    }
    let openingMinor = 0n;
    let balanceMinor = 0n;
    let sound = true;
    for (const [id, account] of this.#accounts) {
      openingMinor += account.openingMinor;
      balanceMinor += account.balanceMinor;
      sound &&= account.openingMinor + (moved.get(id) ?? 0n) === account.balanceMinor;
    }
    const internal = new Map([...this.#internal.keys()].map((id) => [id, moved.get(id) ?? 0n]));
    let postedMinor = 0n;
    for (const t of this.#transactions.values()) postedMinor += t.customerMinor + t.lossMinor;
    const accounts = this.#accounts.size;
    return { accounts, openingMinor, balanceMinor, postedMinor, internal, sound };
  }
}
