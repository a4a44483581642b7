/** The SQL of the fleet's store. Rows are locked in the order of their identity. */
import {
  cassetteBatch,
  changeBatch,
  idBatch,
  notesBatch,
  padBatch,
  stanBatch,
  terminalBatch,
  withdrawalBatch,
} from './rows.js';

const width = (columns: string) => columns.split(',').length;

/** Parameters of an identity batch. */
export const LOCK_WITHDRAWALS = `
SELECT ${withdrawalBatch.select('w')} FROM ${idBatch.from(1, 'i')}
JOIN withdrawals w ON w.rrn = i.rrn AND w.terminal = i.terminal
ORDER BY w.rrn, w.terminal FOR NO KEY UPDATE OF w`;

/** $1: fleet; $2: RRN; $3: terminal. */
export const ONE_WITHDRAWAL = `
SELECT ${withdrawalBatch.select('w')} FROM withdrawals w
WHERE w.fleet = $1 AND w.rrn = $2 AND w.terminal = $3`;

/** $1: fleet; $2: now; $3: limit. */
export const DUE = `
SELECT ${withdrawalBatch.select('w')} FROM withdrawals w
WHERE w.fleet = $1 AND w.next_at_ms <= $2::bigint
ORDER BY w.next_at_ms, w.rrn, w.terminal LIMIT $3::integer FOR NO KEY UPDATE SKIP LOCKED`;

/** $1: fleet; $2: made up to then; $3: limit. */
export const REQUESTED = `
SELECT ${withdrawalBatch.select('w')} FROM withdrawals w
WHERE w.fleet = $1 AND w.next_at_ms IS NOT NULL AND w.state = 'requested'
  AND w.created_ms <= $2::bigint
ORDER BY w.next_at_ms, w.rrn, w.terminal LIMIT $3::integer FOR NO KEY UPDATE SKIP LOCKED`;

/** $1: fleet; $2: limit. */
export const PARKED = `
SELECT ${withdrawalBatch.select('w')} FROM withdrawals w
WHERE w.fleet = $1 AND w.next_at_ms IS NULL AND w.state IN ('reversing', 'partly-dispensed')
ORDER BY w.rrn, w.terminal LIMIT $2::integer`;

/** $1: terminals. */
export const LOCK_CASSETTES = `
SELECT ${cassetteBatch.select('c')} FROM cassettes c WHERE c.terminal = ANY($1::text[])
ORDER BY c.terminal, c.position FOR NO KEY UPDATE`;

/** $1: fleet. */
export const TERMINALS = `
SELECT t.terminal, t.algorithm, t.pad_state AS "padState", t.last_stan AS "lastStan"
FROM terminals t WHERE t.fleet = $1 ORDER BY t.terminal`;

/** $1: fleet. */
export const CASSETTES = `
SELECT ${cassetteBatch.select('c')} FROM cassettes c JOIN terminals t USING (terminal)
WHERE t.fleet = $1 ORDER BY terminal, position`;

const AT_CHANGES = 1 + width(withdrawalBatch.columns);
const AT_STANS = AT_CHANGES + width(changeBatch.columns);
const AT_NOTES = AT_STANS + width(stanBatch.columns);
const { assign } = changeBatch;

/** All that a chunk writes, in one statement. Gives how many rows were there to be changed. */
export const WRITE = `
WITH fresh AS (
  INSERT INTO withdrawals (${withdrawalBatch.columns}) SELECT * FROM ${withdrawalBatch.from(1, 'n')}
), changed AS (
  UPDATE withdrawals w
  SET ${assign('c', 'dispensedMinor', 'state', 'responseCode', 'reason', 'reversalStan', 'reversalAt', 'reversalsSent', 'nextAtMs')}
  FROM ${changeBatch.from(AT_CHANGES, 'c')} WHERE w.rrn = c.rrn AND w.terminal = c.terminal
  RETURNING 1
), counted AS (
  UPDATE terminals t SET last_stan = s.last_stan FROM ${stanBatch.from(AT_STANS, 's')}
  WHERE t.terminal = s.terminal RETURNING 1
), moved AS (
  UPDATE cassettes c SET notes = c.notes + m.notes, loaded = c.loaded + m.loaded
  FROM ${notesBatch.from(AT_NOTES, 'm')} WHERE c.terminal = m.terminal AND c.position = m.position
  RETURNING 1
)
SELECT (SELECT count(*)::integer FROM changed) AS changed,
  (SELECT count(*)::integer FROM counted) AS counted,
  (SELECT count(*)::integer FROM moved) AS moved`;

export const NEW_TERMINALS = `
INSERT INTO terminals (${terminalBatch.columns}) SELECT * FROM ${terminalBatch.from()}`;

export const NEW_CASSETTES = `
INSERT INTO cassettes (${cassetteBatch.columns}) SELECT * FROM ${cassetteBatch.from()}`;

export const NEW_PADS = `
UPDATE terminals t SET pad_state = p.pad_state FROM ${padBatch.from(1, 'p')}
WHERE t.terminal = p.terminal`;

/** $1: fleet; $2, $3: RRN and terminal after which to go on; $4: limit. */
export const RECONCILE_PAGE = `
SELECT rrn, terminal, stan, state, masked_pan AS "maskedPan", card, amount_minor AS "amountMinor",
  dispensed_minor AS "dispensedMinor", response_code AS "responseCode", created_ms AS "createdMs"
FROM withdrawals WHERE (rrn, terminal) > ($2, $3) AND fleet = $1
ORDER BY rrn, terminal LIMIT $4::integer`;

/** $1: fleet. */
export const CASH_POSITION = `
SELECT coalesce(sum(c.denomination_minor * c.notes), 0)::bigint AS "insideMinor",
  coalesce(sum(c.denomination_minor * (c.loaded - c.notes)), 0)::bigint AS "outMinor",
  (SELECT coalesce(sum(w.dispensed_minor), 0)::bigint FROM withdrawals w WHERE w.fleet = $1)
    AS "journalMinor"
FROM cassettes c JOIN terminals t USING (terminal) WHERE t.fleet = $1`;
