/**
 * The issuer's store on PostgreSQL: the chunk's way (`peek`, `transact`) and administration. A chunk
 * is five round trips: peek, begin, lock, load, write with commit after it. Held to the same suite as
 * the store in memory.
 */
import {
  type CardStatus,
  type CardView,
  type Clock,
  type IssuerChanges,
  type IssuerCommitted,
  type IssuerDecision,
  type IssuerGlimpse,
  type IssuerLoaded,
  type IssuerOutboxBatch,
  type IssuerStore,
  type IssuerTouched,
  type IssuerTransactionView,
  isNewerVersion,
  type KeyRecord,
  type LedgerSummary,
  LINE_KINDS,
  type NewCard,
  type PostedTransaction,
  VERSIONS_KEPT,
} from '@pinfold/flows';
import {
  assertAffected,
  type Database,
  type Queryable,
  WHOLE_TABLES,
} from '../postgres/database.js';
import {
  CARD_COLUMNS,
  type CardRow,
  cardBatch,
  cardOf,
  type LineRow,
  lineBatch,
  lineOf,
  namesOf,
  type StateRow,
  stateOf,
  type TransactionRow,
  transactionBatch,
  transactionOf,
  transactionRow,
  usageBatch,
} from './rows.js';
import * as sql from './statements.js';

/** Rows of one INSERT while provisioning, and of one page while streaming. */
const CARDS_PER_STATEMENT = 5_000;
const ROWS_PER_PAGE = 5_000;

export class PostgresIssuerStore implements IssuerStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async peek({ cardKeys, transactionKeys }: IssuerTouched): Promise<IssuerGlimpse> {
    const [cards, transactions] = await Promise.all([
      this.database.query<CardRow>(sql.PEEK_CARDS, [cardKeys]),
      this.database.query<{ key: string }>(sql.PEEK_TRANSACTIONS, [transactionKeys]),
    ]);
    return {
      cards: new Map(cards.map((row) => [row.key, cardOf(row)])),
      transactions: new Set(transactions.map(({ key }) => key)),
    };
  }

  async transact<T>(
    touched: IssuerTouched,
    decide: (loaded: IssuerLoaded) => IssuerDecision<T>,
  ): Promise<IssuerCommitted<T>> {
    return this.database.transaction(async (tx) => {
      const { loaded, cardIds } = await load(tx, touched);
      const { changes, result } = decide(loaded);
      const outboxId = await write(tx, changes, { cardIds, nowMs: this.clock.now() });
      return { result, outboxId };
    });
  }

  async unsent(olderThanMs: number, limit: number): Promise<IssuerOutboxBatch[]> {
    const rows = await this.database.query<{ id: bigint; events: string }>(
      'SELECT id, events FROM outbox WHERE at_ms < $1 ORDER BY id LIMIT $2',
      [olderThanMs, limit],
    );
    return rows.map(({ id, events }) => ({ id: Number(id), events: JSON.parse(events) }));
  }

  async forgetSent(outboxIds: readonly number[]): Promise<void> {
    await this.database.execute('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [outboxIds]);
  }

  async keys(): Promise<KeyRecord[]> {
    return this.database.query<KeyRecord>(
      `SELECT owner, usage, version, token, check_value AS "checkValue", state FROM link_keys
       ORDER BY owner, usage, version`,
    );
  }

  async saveKeys(records: readonly KeyRecord[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const { owner, usage, version, token, checkValue, state } of records) {
        await tx.execute(
          `INSERT INTO link_keys VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (owner, usage, version)
           DO UPDATE SET token = $4, check_value = $5, state = $6`,
          [owner, usage, version, token, checkValue, state],
        );
        const held = await tx.query<{ version: number }>(
          'SELECT version FROM link_keys WHERE owner = $1 AND usage = $2',
          [owner, usage],
        );
        const newestFirst = held
          .map((row) => row.version)
          .sort((a, b) => (isNewerVersion(a, b) ? -1 : 1));
        await tx.execute(
          'DELETE FROM link_keys WHERE owner = $1 AND usage = $2 AND version = ANY($3::integer[])',
          [owner, usage, newestFirst.slice(VERSIONS_KEPT)],
        );
      }
    });
  }

  async openInternalAccounts(accounts: readonly { id: number; name: string }[]): Promise<void> {
    await this.database.execute(
      `INSERT INTO internal_accounts SELECT * FROM unnest($1::bigint[], $2::text[])
       ON CONFLICT (id) DO NOTHING`,
      [accounts.map(({ id }) => id), accounts.map(({ name }) => name)],
    );
  }

  async createCards(cards: readonly NewCard[]): Promise<number> {
    let created = 0;
    for (let from = 0; from < cards.length; from += CARDS_PER_STATEMENT) {
      const rows = cards.slice(from, from + CARDS_PER_STATEMENT).map((card) => ({
        ...card,
        accountId: BigInt(card.accountId),
        opening: card.openingMinor,
      }));
      const [row] = await this.database.query<{ created: number }>(
        `WITH batch AS (SELECT * FROM ${cardBatch.from()}), fresh AS (
           INSERT INTO cards (key, account_id, sealed_pan, masked_pan, expiry, status, record)
           SELECT key, account_id, sealed_pan, masked_pan, expiry, status, record FROM batch
           ON CONFLICT (key) DO NOTHING RETURNING id, key, account_id
         ), usage AS (
           INSERT INTO card_usage (card_id) SELECT id FROM fresh
         ), opened AS (
           INSERT INTO accounts (id, opening, balance)
           SELECT fresh.account_id, opening, opening FROM fresh JOIN batch USING (key)
         )
         SELECT count(*)::integer AS created FROM fresh`,
        cardBatch.values(rows),
      );
      created += row!.created;
    }
    return created;
  }

  async countCards(): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      'SELECT count(*)::integer AS n FROM cards',
    );
    return row!.n;
  }

  async setCardStatus(cardKey: string, status: CardStatus): Promise<boolean> {
    const update = 'UPDATE cards SET status = $2 WHERE key = $1';
    return (await this.database.execute(update, [cardKey, status])) === 1;
  }

  async card(cardKey: string): Promise<CardView | undefined> {
    const [row] = await this.database.query<CardRow & { opening: bigint; balance: bigint }>(
      `SELECT ${CARD_COLUMNS}, a.opening, a.balance
       FROM cards c JOIN card_usage u ON u.card_id = c.id JOIN accounts a ON a.id = c.account_id
       WHERE c.key = $1`,
      [cardKey],
    );
    if (row === undefined) return undefined;
    return { card: cardOf(row), openingMinor: row.opening, balanceMinor: row.balance };
  }

  async transaction(key: string): Promise<IssuerTransactionView | undefined> {
    const [row] = await this.database.query<TransactionRow>(sql.LOAD_TRANSACTIONS, [[key]]);
    if (row === undefined) return undefined;
    const lines = await this.database.query<LineRow>(
      `SELECT transaction_key AS "transactionKey", kind, debit, credit, amount FROM ledger_lines
       WHERE transaction_key = $1 ORDER BY kind`,
      [key],
    );
    return { transaction: transactionOf(row), lines: lines.map(lineOf) };
  }

  async *postedByRrn(fromMs: number, toMs: number): AsyncIterable<PostedTransaction> {
    let after = '';
    for (;;) {
      const rows = await this.database.query<{ key: string; customer: bigint; loss: bigint }>(
        `SELECT key, customer, loss FROM transactions
         WHERE key > $1 AND customer + loss > 0 AND seen_at_ms >= $2 AND seen_at_ms < $3
         ORDER BY key LIMIT ${ROWS_PER_PAGE}`,
        [after, fromMs, toMs],
      );
      for (const { key, customer, loss } of rows) {
        yield { key, ...namesOf(key), postedMinor: customer + loss, lossMinor: loss };
      }
      if (rows.length < ROWS_PER_PAGE) return;
      after = rows.at(-1)!.key;
    }
  }

  async ledgerSummary(): Promise<LedgerSummary> {
    return this.database.transaction(
      async (tx) => {
        await tx.execute(WHOLE_TABLES);
        const [sums] = await tx.query<Omit<LedgerSummary, 'internal'>>(sql.SUMMARY);
        const own = await tx.query<{ id: bigint; balance: bigint }>(sql.INTERNAL_BALANCES);
        const internal = new Map(own.map(({ id, balance }) => [Number(id), balance]));
        return { ...sums!, accounts: Number(sums!.accounts), internal };
      },
      { isolation: 'REPEATABLE READ' },
    );
  }
}

async function load(
  tx: Queryable,
  touched: IssuerTouched,
): Promise<{ loaded: IssuerLoaded; cardIds: ReadonlyMap<string, bigint> }> {
  const { cardKeys, transactionKeys } = touched;
  const rows = await tx.query<StateRow & { balance: bigint }>(sql.LOCK_CARDS, [cardKeys]);
  const heard = await tx.query<TransactionRow>(sql.LOAD_TRANSACTIONS, [transactionKeys]);
  const cards = new Map(rows.map((row) => [row.key, stateOf(row)]));
  const accounts = new Map(
    rows.map(({ accountId, balance: balanceMinor }) => {
      const id = Number(accountId);
      return [id, { id, balanceMinor }];
    }),
  );
  const transactions = new Map(heard.map((row) => [row.key, transactionOf(row)]));
  const cardIds = new Map(rows.map(({ key, id }) => [key, id]));
  return { loaded: { cards, accounts, transactions }, cardIds };
}

/** Returns the id of the outbox batch, when there is one. */
async function write(
  tx: Queryable,
  changes: IssuerChanges,
  { cardIds, nowMs }: { cardIds: ReadonlyMap<string, bigint>; nowMs: number },
): Promise<number | undefined> {
  const { newTransactions, changedTransactions, cards, lines, events, sentOutboxIds } = changes;
  const parts = [newTransactions, changedTransactions, cards, lines, events, sentOutboxIds];
  if (parts.every((part) => part.length === 0)) return undefined;
  const [written] = await tx.query<{ outboxId: bigint | null; changed: number }>(
    sql.WRITE_CHANGES,
    [
      ...transactionBatch.values(newTransactions.map(transactionRow)),
      ...transactionBatch.values(changedTransactions.map(transactionRow)),
      ...usageBatch.values(
        cards.map(({ key, tries, day, dayCount, dayAmountMinor: dayAmount }) => ({
          cardId: cardIds.get(key)!,
          tries,
          day,
          dayCount,
          dayAmount,
        })),
      ),
      ...lineBatch.values(
        lines.map(({ transactionKey, kind, debit, credit, amountMinor: amount }) => ({
          transactionKey,
          kind: LINE_KINDS[kind],
          debit: BigInt(debit),
          credit: BigInt(credit),
          amount,
        })),
      ),
      sentOutboxIds,
      nowMs,
      events.length === 0 ? null : JSON.stringify(events),
    ],
  );
  assertAffected({
    affected: written!.changed,
    expected: changedTransactions.length,
    what: 'transactions changed',
  });
  return written!.outboxId === null ? undefined : Number(written!.outboxId);
}
