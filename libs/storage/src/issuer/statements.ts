/** The SQL of a chunk. Names are unqualified: the connection's search path is the issuer's schema. */
import { CARD_COLUMNS, lineBatch, STATE_COLUMNS, transactionBatch, usageBatch } from './rows.js';

/** $1: keys of cards. Without locks. */
export const PEEK_CARDS = `
SELECT ${CARD_COLUMNS} FROM cards c JOIN card_usage u ON u.card_id = c.id
WHERE c.key = ANY($1::text[])`;

/** $1: keys of transactions. */
export const PEEK_TRANSACTIONS = 'SELECT key FROM heard_of($1::text[]) AS key';

/**
 * $1: keys of cards. Locks account, then usage, in the order of the cards' keys. Both are locked, so
 * both are read as of the moment the lock is had, also after waiting for another chunk.
 */
export const LOCK_CARDS = `
SELECT ${STATE_COLUMNS}, a.balance
FROM accounts a JOIN cards c ON c.account_id = a.id JOIN card_usage u ON u.card_id = c.id
WHERE c.key = ANY($1::text[])
ORDER BY c.key
FOR NO KEY UPDATE OF a, u`;

/** $1: keys of transactions. A statement of its own: it sees what was committed before the locks. */
export const LOAD_TRANSACTIONS = `
SELECT ${transactionBatch.select('t')} FROM transactions t WHERE t.key = ANY($1::text[])`;

const COUNT = {
  transaction: transactionBatch.columns.split(',').length,
  usage: usageBatch.columns.split(',').length,
  line: lineBatch.columns.split(',').length,
};
const AT = {
  changed: 1 + COUNT.transaction,
  usage: 1 + 2 * COUNT.transaction,
  line: 1 + 2 * COUNT.transaction + COUNT.usage,
  forget: 1 + 2 * COUNT.transaction + COUNT.usage + COUNT.line,
};

/** All of a chunk's changes in one statement; its parameters come from `changeParameters`. */
export const WRITE_CHANGES = `
WITH fresh_transactions AS (
  INSERT INTO transactions (${transactionBatch.columns})
  SELECT * FROM ${transactionBatch.from(1)}
), changed_transactions AS (
  UPDATE transactions t SET ${transactionBatch.assign('n')}
  FROM ${transactionBatch.from(AT.changed, 'n')} WHERE t.key = n.key
  RETURNING 1
), changed_usage AS (
  UPDATE card_usage u SET ${usageBatch.assign('n', 'tries', 'day', 'dayCount', 'dayAmount')}
  FROM ${usageBatch.from(AT.usage, 'n')} WHERE u.card_id = n.card_id
), fresh_lines AS (
  INSERT INTO ledger_lines (${lineBatch.columns}) SELECT * FROM ${lineBatch.from(AT.line)}
), forgotten AS (
  DELETE FROM outbox WHERE id = ANY($${AT.forget}::bigint[])
), fresh_outbox AS (
  INSERT INTO outbox (at_ms, events)
  SELECT $${AT.forget + 1}::bigint, $${AT.forget + 2}::text WHERE $${AT.forget + 2}::text IS NOT NULL
  RETURNING id
)
SELECT (SELECT id FROM fresh_outbox) AS "outboxId",
  (SELECT count(*)::integer FROM changed_transactions) AS changed`;

/** Sums for `ledgerSummary`. One pass over the lines. */
export const SUMMARY = `
WITH moved AS (
  SELECT account, sum(amount)::bigint AS amount FROM (
    SELECT debit AS account, -amount AS amount FROM ledger_lines
    UNION ALL SELECT credit, amount FROM ledger_lines
  ) AS sides GROUP BY account
)
SELECT count(*) AS accounts, coalesce(sum(a.opening), 0)::bigint AS "openingMinor",
  coalesce(sum(a.balance), 0)::bigint AS "balanceMinor",
  coalesce(bool_and(a.balance = a.opening + coalesce(m.amount, 0)), true) AS sound,
  (SELECT coalesce(sum(customer + loss), 0)::bigint FROM transactions) AS "postedMinor"
FROM accounts a LEFT JOIN moved m ON m.account = a.id`;

export const INTERNAL_BALANCES = `
SELECT i.id, coalesce((
  SELECT sum(CASE WHEN l.credit = i.id THEN l.amount ELSE -l.amount END)::bigint
  FROM ledger_lines l WHERE l.credit = i.id OR l.debit = i.id
), 0)::bigint AS balance
FROM internal_accounts i`;
