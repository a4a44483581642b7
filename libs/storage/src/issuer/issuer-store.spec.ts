import { issuerStoreContract } from '../../../flows/src/issuer/store.contract.js';
import { item, prepare, runChunk } from '../../../flows/src/issuer/testing.js';
import type { Database } from '../postgres/database.js';
import { sqlState } from '../postgres/retry.js';
import { withTestDatabase } from '../postgres/testing.js';
import { PostgresIssuerStore } from './issuer-store.js';
import { issuerMigrations } from './migrations.js';

const TABLES =
  'internal_accounts, accounts, cards, card_usage, transactions, ledger_lines, outbox, link_keys';

const database = withTestDatabase();
let opened: Database | undefined;

/** The schema emptied; the trigger that keeps lines from vanishing is off for that moment. */
async function emptied(): Promise<Database> {
  opened ??= await database().open({ schema: 'issuer_bank_a', migrations: issuerMigrations });
  await opened.query('ALTER TABLE ledger_lines DISABLE TRIGGER lines_stay');
  await opened.query(`TRUNCATE ${TABLES} RESTART IDENTITY`);
  await opened.query('ALTER TABLE ledger_lines ENABLE TRIGGER lines_stay');
  return opened;
}

issuerStoreContract('PostgreSQL', {
  fresh: async (now) => new PostgresIssuerStore(await emptied(), { now }),
});

describe('constraints of the issuer schema, with the code gone around', () => {
  const POSTED = '100001-632512000001-ATM00001';
  let db: Database;
  beforeEach(async () => {
    db = await emptied();
    const store = new PostgresIssuerStore(db, { now: () => 0 });
    await prepare(store, 2);
    await runChunk(store, [item('withdrawal', { number: 1 })]);
  });

  const refusals: Record<string, { statement: string; state: string }> = {
    'a negative balance': {
      statement: `WITH t AS (INSERT INTO transactions
        SELECT 'x', card_key, account_id, 9001, day, seen_at_ms, request_state, request_message,
          request_code, request_approval, NULL, advice_state, '', '', '', NULL, 9001, 0, 0
        FROM transactions)
        INSERT INTO ledger_lines VALUES ('x', 1, 1, -101001, 9001)`,
      state: '23514',
    },
    'a negative balance set by hand': {
      statement: 'UPDATE accounts SET balance = -1 WHERE id = 1',
      state: '23514',
    },
    'a balance moved without a line': {
      statement: 'UPDATE accounts SET balance = balance + 1 WHERE id = 1',
      state: '23514',
    },
    'an account that opens with another balance': {
      statement: 'INSERT INTO accounts VALUES (50, 100, 101)',
      state: '23514',
    },
    'the same posting a second time': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 1, 1, -101001, 1000)`,
      state: '23505',
    },
    'the same transaction a second time': {
      statement: `INSERT INTO transactions SELECT * FROM transactions`,
      state: '23505',
    },
    'a second posting as an advice': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 3, 1, -101001, 1000)`,
      state: '23514',
    },
    'a second posting as an advice, with the transaction made to fit': {
      statement: `WITH t AS (UPDATE transactions SET customer = 2000)
        INSERT INTO ledger_lines VALUES ('${POSTED}', 3, 1, -101001, 1000)`,
      state: '23514',
    },
    'a line without a transaction': {
      statement: "INSERT INTO ledger_lines VALUES ('nobody', 1, 1, -101001, 1)",
      state: '23514',
    },
    'more taken back than was posted': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, -101001, 1, 1001)`,
      state: '23514',
    },
    'one side of an entry missing': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, -101001, NULL, 1000)`,
      state: '23502',
    },
    'both sides on one account': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, 1, 1, 1000)`,
      state: '23514',
    },
    'an amount of zero': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, -101001, 1, 0)`,
      state: '23514',
    },
    'an account that does not exist': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, -101001, 99, 1000)`,
      state: '23503',
    },
    'an internal account that does not exist': {
      statement: `INSERT INTO ledger_lines VALUES ('${POSTED}', 2, -7, 1, 1000)`,
      state: '23503',
    },
    'a changed line': { statement: 'UPDATE ledger_lines SET amount = 1', state: '23514' },
    'a removed line': { statement: 'DELETE FROM ledger_lines', state: '23514' },
    'an emptied ledger': { statement: 'TRUNCATE ledger_lines', state: '23514' },
  };

  for (const [what, { statement, state }] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      const failure = await db.query(statement).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(sqlState(failure)).toBe(state);
      const [row] = await db.query<{ balance: bigint }>(
        'SELECT balance FROM accounts WHERE id = 1',
      );
      expect(row!.balance).toBe(9_000n);
    });
  }

  it('keeps the wrong-PIN count exact when chunks meet on one card', async () => {
    const store = new PostgresIssuerStore(db, { now: () => 0 });
    const wrong = (number: number) => [item('withdrawal', { number, pin: 'wrong' })];
    const results = await Promise.all([2, 3, 4, 5, 6].map((n) => runChunk(store, wrong(n))));
    const codes = results.map(({ answers }) => answers[0]!.responseCode).sort();
    expect(codes).toEqual(['55', '55', '75', '75', '75']);
    const events = await store.unsent(Number.MAX_SAFE_INTEGER, 10);
    expect(events).toHaveLength(1);
  });
});
