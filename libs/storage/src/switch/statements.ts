/** The SQL of the switch's store. Rows are locked in the order of their identity. */
import { changeBatch, forwardBatch, idBatch, keyBatch, ROW_COLUMNS, rowBatch } from './rows.js';

const width = (columns: string) => columns.split(',').length;

/** Parameters of an identity batch. */
export const LOCK_TRANSACTIONS = `
SELECT ${ROW_COLUMNS} FROM ${idBatch.from(1, 'i')}
JOIN transactions t ON t.rrn = i.rrn AND t.terminal = i.terminal
ORDER BY t.rrn, t.terminal FOR NO KEY UPDATE OF t`;

/** $1: RRN; $2: terminal. */
export const ONE_TRANSACTION = `
SELECT ${ROW_COLUMNS} FROM transactions t WHERE t.rrn = $1 AND t.terminal = $2`;

/** $1: now; $2: limit. */
export const TIMED_OUT = `
SELECT ${ROW_COLUMNS}, t.sealed_pan AS "sealedPan" FROM transactions t
WHERE t.state = 'forwarded' AND t.deadline_ms <= $1::bigint
ORDER BY t.deadline_ms, t.rrn, t.terminal LIMIT $2::integer FOR NO KEY UPDATE SKIP LOCKED`;

/** Identity batch and $3: kinds. */
export const LOCK_FORWARDS = `
SELECT ${forwardBatch.select('f')}
FROM unnest($1::text[], $2::text[], $3::text[]) AS i(rrn, terminal, kind)
JOIN forwards f ON f.rrn = i.rrn AND f.terminal = i.terminal AND f.kind = i.kind
ORDER BY f.rrn, f.terminal, f.kind FOR NO KEY UPDATE OF f`;

/** $1: now; $2: limit. */
export const DUE_FORWARDS = `
SELECT ${forwardBatch.select('f')} FROM forwards f
WHERE f.state = 'pending' AND f.next_at_ms <= $1::bigint
ORDER BY f.next_at_ms, f.rrn, f.terminal LIMIT $2::integer FOR NO KEY UPDATE SKIP LOCKED`;

/** $1: limit. */
export const PARKED_FORWARDS = `
SELECT ${forwardBatch.select('f')} FROM forwards f WHERE f.state IN ('parked', 'refused')
ORDER BY f.rrn, f.terminal, f.kind LIMIT $1::integer`;

/** Identity batch; not locked: the forward's lock is held. */
export const TRANSACTIONS_WITH_PAN = `
SELECT ${ROW_COLUMNS}, t.sealed_pan AS "sealedPan" FROM ${idBatch.from(1, 'i')}
JOIN transactions t ON t.rrn = i.rrn AND t.terminal = i.terminal`;

const AT_CHANGES = 1 + width(rowBatch.columns);
const AT_FORWARDS = AT_CHANGES + width(changeBatch.columns);
const AT_OUTBOX = AT_FORWARDS + width(forwardBatch.columns);

/** Everything that a chunk writes, in one statement. Gives the number of rows updated. */
export const WRITE = `
WITH fresh AS (
  INSERT INTO transactions (${rowBatch.columns}) SELECT * FROM ${rowBatch.from(1, 'n')}
), changed AS (
  UPDATE transactions t SET ${changeBatch.assign('c', 'state', 'actualMinor', 'responseCode', 'approvalCode', 'deadlineMs')}
  FROM ${changeBatch.from(AT_CHANGES, 'c')} WHERE t.rrn = c.rrn AND t.terminal = c.terminal
  RETURNING 1
), forwarded AS (
  INSERT INTO forwards (${forwardBatch.columns}) SELECT * FROM ${forwardBatch.from(AT_FORWARDS, 'f')}
  ON CONFLICT (rrn, terminal, kind) DO UPDATE
  SET state = excluded.state, sent = excluded.sent, next_at_ms = excluded.next_at_ms
), told AS (
  INSERT INTO outbox (id, created_ms, records)
  SELECT $${AT_OUTBOX}::text, $${AT_OUTBOX + 1}::bigint, $${AT_OUTBOX + 2}::text
  WHERE $${AT_OUTBOX}::text IS NOT NULL
), delivered AS (
  DELETE FROM outbox WHERE id = ANY($${AT_OUTBOX + 3}::text[])
)
SELECT count(*)::integer AS changed FROM changed`;

export const WRITE_KEYS = `
INSERT INTO link_keys (${keyBatch.columns}) SELECT * FROM ${keyBatch.from()}
ON CONFLICT (owner, usage, version) DO UPDATE
SET token = excluded.token, check_value = excluded.check_value, state = excluded.state`;

/** $1: owners. */
export const LOCK_OWNERS = `
SELECT pg_advisory_xact_lock(hashtextextended('link_keys:' || owner, 0))
FROM (SELECT DISTINCT unnest($1::text[]) AS owner ORDER BY 1) AS o`;

const KEY_COLUMNS = keyBatch.select('k');
export const ALL_KEYS = `SELECT ${KEY_COLUMNS} FROM link_keys k ORDER BY owner, usage, version`;
/** $1: owners. */
export const KEYS_OF = `SELECT ${KEY_COLUMNS} FROM link_keys k WHERE owner = ANY($1::text[])
ORDER BY owner, usage, version`;

/** $1: issuers, $2: days, $3: cards; makes missing counters. */
export const OPEN_COUNTERS = `
INSERT INTO stand_in_use SELECT *, 0 FROM (
  SELECT DISTINCT issuer, day::date, card
  FROM unnest($1::text[], $2::text[], $3::text[]) AS c(issuer, day, card) ORDER BY 1, 2, 3
) AS wanted ON CONFLICT DO NOTHING`;

export const LOCK_COUNTERS = `
SELECT u.issuer, u.day::text AS day, u.card, u.amount_minor AS "amountMinor"
FROM stand_in_use u JOIN (
  SELECT DISTINCT issuer, day::date AS day, card
  FROM unnest($1::text[], $2::text[], $3::text[]) AS c(issuer, day, card)
) AS w ON w.issuer = u.issuer AND w.day = u.day AND w.card = u.card
ORDER BY u.issuer, u.day, u.card FOR UPDATE OF u`;

/** As above with $4: new amounts. */
export const WRITE_COUNTERS = `
UPDATE stand_in_use u SET amount_minor = c.amount
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS c(issuer, day, card, amount)
WHERE u.issuer = c.issuer AND u.day = c.day::date AND u.card = c.card`;

/** $1: before; $2: limit. */
export const STALE_OUTBOX = `
SELECT id, created_ms AS "createdMs", records FROM outbox WHERE created_ms < $1::bigint
ORDER BY created_ms, id LIMIT $2::integer FOR UPDATE SKIP LOCKED`;

/** $1, $2: last RRN and terminal seen; $3: limit. */
export const RECONCILE_PAGE = `
SELECT t.rrn, t.terminal, t.state, t.issuer, t.masked_pan AS "maskedPan",
  t.amount_minor AS "amountMinor", t.actual_minor AS "actualMinor",
  (SELECT count(*)::integer FROM forwards f
   WHERE f.rrn = t.rrn AND f.terminal = t.terminal AND f.state <> 'done') AS open
FROM transactions t WHERE (t.rrn, t.terminal) > ($1::text, $2::text)
ORDER BY t.rrn, t.terminal LIMIT $3::integer`;

/** $1: issuers. */
export const LOCK_LINKS = `
SELECT record FROM links WHERE issuer = ANY($1::text[]) ORDER BY issuer FOR UPDATE`;

/** $1: issuers, $2: records. */
export const WRITE_LINKS = `
INSERT INTO links SELECT * FROM unnest($1::text[], $2::text[]) AS l(issuer, record) ORDER BY issuer
ON CONFLICT (issuer) DO UPDATE SET record = excluded.record`;
