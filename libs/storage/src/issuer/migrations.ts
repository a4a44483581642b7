/**
 * Tables of one issuer, in a schema of its own. The constraints hold whatever the code does: no
 * customer balance below zero, no line out of balance, no transaction posted twice, no balance that
 * moves without a line, no line that changes.
 *
 * A ledger line moves an amount above zero from one account to another, so it cannot be out of
 * balance. Customer accounts have ids above zero and a running balance, which only the trigger
 * `apply_lines` moves; the issuer's own accounts have ids below zero, and their balance is the sum
 * of their lines (a running one would be a row that all chunks wait for). The triggers work once per
 * statement on all its rows.
 */
import type { MigrationList } from '../postgres/migrations.js';

const TABLES = [
  `CREATE TABLE internal_accounts (
    id bigint PRIMARY KEY CHECK (id < 0),
    name text NOT NULL
  )`,
  `CREATE TABLE accounts (
    id bigint PRIMARY KEY CHECK (id > 0),
    opening bigint NOT NULL CHECK (opening >= 0),
    balance bigint NOT NULL CONSTRAINT no_negative_balance CHECK (balance >= 0)
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE cards (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE,
    account_id bigint NOT NULL,
    sealed_pan bytea NOT NULL,
    masked_pan text NOT NULL,
    expiry text NOT NULL CHECK (expiry ~ '^[0-9]{4}$'),
    status text NOT NULL CHECK (status IN ('active', 'restricted', 'lost', 'stolen')),
    record text NOT NULL
  )`,
  // Apart from the card, because it changes with every withdrawal and the card never does.
  `CREATE TABLE card_usage (
    card_id bigint PRIMARY KEY,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    day integer NOT NULL DEFAULT 0,
    day_count integer NOT NULL DEFAULT 0,
    day_amount bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE transactions (
    key text COLLATE "C" PRIMARY KEY,
    card_key text COLLATE "C" NOT NULL,
    account_id bigint,
    amount bigint NOT NULL CHECK (amount > 0),
    day integer NOT NULL,
    seen_at_ms bigint NOT NULL,
    request_state smallint NOT NULL,
    request_message text NOT NULL,
    request_code text NOT NULL,
    request_approval text NOT NULL,
    request_actual bigint,
    advice_state smallint NOT NULL,
    advice_message text NOT NULL,
    advice_code text NOT NULL,
    advice_approval text NOT NULL,
    advice_actual bigint,
    customer bigint NOT NULL CHECK (customer >= 0),
    loss bigint NOT NULL CHECK (loss >= 0),
    posted_by smallint NOT NULL,
    CONSTRAINT posted_at_most_once CHECK (customer + loss <= amount)
  ) WITH (fillfactor = 90)`,
  `CREATE TABLE ledger_lines (
    transaction_key text COLLATE "C" NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 6),
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    CONSTRAINT two_accounts CHECK (debit <> credit),
    CONSTRAINT no_second_posting PRIMARY KEY (transaction_key, kind)
  )`,
  `CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    events text NOT NULL
  )`,
  `CREATE TABLE link_keys (
    owner text NOT NULL,
    usage text NOT NULL,
    version integer NOT NULL CHECK (version BETWEEN 1 AND 9999),
    token text NOT NULL,
    check_value text NOT NULL,
    state text NOT NULL CHECK (state IN ('offered', 'active')),
    PRIMARY KEY (owner, usage, version)
  )`,
];

/**
 * Kinds 1, 3 and 4 post, 2, 5 and 6 take back: see LINE_KINDS. The planner is kept to indexes: its
 * plan is made while the tables are small, and lives on while they grow.
 */
const APPLY_LINES = `
CREATE FUNCTION apply_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_material = off AS $$
DECLARE
  asked bigint;
  moved bigint;
BEGIN
  WITH moves AS MATERIALIZED (
    SELECT account, sum(amount)::bigint AS amount
    FROM (
      SELECT debit AS account, -amount AS amount FROM fresh WHERE debit > 0
      UNION ALL
      SELECT credit, amount FROM fresh WHERE credit > 0
    ) AS sides
    GROUP BY account
  ), changed AS (
    UPDATE accounts SET balance = accounts.balance + moves.amount
    FROM moves WHERE accounts.id = moves.account
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM moves), (SELECT count(*) FROM changed) INTO asked, moved;
  IF asked <> moved OR EXISTS (
    SELECT FROM (
      SELECT DISTINCT unnest(ARRAY[debit, credit]) AS id FROM fresh
    ) AS sides
    WHERE id <= 0 AND NOT EXISTS (SELECT FROM internal_accounts i WHERE i.id = sides.id)
  ) THEN
    RAISE foreign_key_violation USING MESSAGE = 'a ledger line names an account that does not exist';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT transaction_key AS key FROM fresh) AS f
    WHERE (
      SELECT t.customer + t.loss FROM transactions t WHERE t.key = f.key
    ) IS DISTINCT FROM (
      SELECT sum(CASE WHEN l.kind IN (1, 3, 4) THEN l.amount ELSE -l.amount END)::bigint
      FROM ledger_lines l WHERE l.transaction_key = f.key
    )
  ) THEN
    RAISE check_violation USING MESSAGE = 'the lines of a transaction are not what stands posted of it';
  END IF;
  RETURN NULL;
END $$`;

const REFUSE = (name: string, message: string): string => `
CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE check_violation USING MESSAGE = '${message}';
END $$`;

const TRIGGERS = [
  APPLY_LINES,
  `CREATE TRIGGER apply_lines AFTER INSERT ON ledger_lines
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION apply_lines()`,
  REFUSE('refuse_line_change', 'ledger lines are never changed or removed'),
  `CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_line_change()`,
  REFUSE('refuse_balance_change', 'balances are moved by ledger lines only'),
  // Inside apply_lines the depth is 1.
  `CREATE TRIGGER balances_follow_lines BEFORE UPDATE ON accounts
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_balance_change()`,
  `CREATE FUNCTION refuse_wrong_opening() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM fresh WHERE balance <> opening) THEN
      RAISE check_violation USING MESSAGE = 'an account opens with its opening balance';
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER opening_is_balance AFTER INSERT ON accounts
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_wrong_opening()`,
];

/** A customer with 100 and a transaction of 80 that stands posted, for the statements to break. */
const SAMPLE = [
  `INSERT INTO internal_accounts VALUES (-1, 'loss'), (-2, 'settlement')`,
  `INSERT INTO accounts VALUES (1, 100, 100)`,
  `INSERT INTO transactions VALUES
    ('a-1', 'c', 1, 80, 0, 0, 1, '', '', '', NULL, 0, '', '', '', NULL, 80, 0, 0)`,
  `INSERT INTO ledger_lines VALUES ('a-1', 1, 1, -2, 80)`,
];
const then = (statement: string): string[] => [...SAMPLE, statement];

/** A look without a transaction, kept to the index as the statements of a chunk are. */
const HEARD_OF = `
CREATE FUNCTION heard_of(keys text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY SELECT t.key FROM transactions t WHERE t.key = ANY(keys);
END $$`;

export const issuerMigrations: MigrationList = [
  {
    name: 'CreateIssuer1763750000000',
    up: [...TABLES, ...TRIGGERS],
    asserts: [
      {
        that: 'a balance below zero is refused',
        refuses: [
          ...SAMPLE,
          `INSERT INTO transactions VALUES
            ('a-2', 'c', 1, 80, 0, 0, 1, '', '', '', NULL, 0, '', '', '', NULL, 80, 0, 0)`,
          `INSERT INTO ledger_lines VALUES ('a-2', 1, 1, -2, 80)`,
        ],
        sqlState: '23514',
      },
      {
        that: 'a second posting of a transaction is refused',
        refuses: then(`INSERT INTO ledger_lines VALUES ('a-1', 1, 1, -2, 1)`),
        sqlState: '23505',
      },
      {
        that: 'a second posting under another kind is refused',
        refuses: then(`INSERT INTO ledger_lines VALUES ('a-1', 3, 1, -2, 1)`),
        sqlState: '23514',
      },
      {
        that: 'a line with one side is refused',
        refuses: then(`INSERT INTO ledger_lines VALUES ('a-1', 2, NULL, 1, 80)`),
        sqlState: '23502',
      },
      {
        that: 'a balance without a line is refused',
        refuses: then('UPDATE accounts SET balance = 5'),
        sqlState: '23514',
      },
      {
        that: 'changing a line is refused',
        refuses: then('UPDATE ledger_lines SET amount = 5'),
        sqlState: '23514',
      },
      {
        that: 'a line to an account that does not exist is refused',
        refuses: then(`INSERT INTO ledger_lines VALUES ('a-1', 2, -2, 9, 80)`),
        sqlState: '23503',
      },
    ],
  },
  {
    name: 'AddHeardOf1763762400000',
    up: [HEARD_OF],
    asserts: [
      {
        that: 'nothing has been heard of what is not there',
        holds: "SELECT count(*) = 0 FROM heard_of(ARRAY['nothing'])",
      },
    ],
  },
];
