/**
 * The last ledger lines of an account, for a person who looks at a card. It reads the ledger from end
 * to end: an index by account would cost every posting, and nobody asks this in the hot path.
 */
import type { Queryable } from '../postgres/index.js';

export interface StatementLine {
  /** When the transaction was first heard of, ms since the epoch. */
  readonly atMs: number;
  readonly rrn: string;
  readonly terminal: string;
  /** Minor units; below zero where money left the account. */
  readonly amountMinor: bigint;
}

const LAST_LINES = `
SELECT t.seen_at_ms AS "seenAtMs", t.key,
       CASE WHEN l.debit = $1 THEN -l.amount ELSE l.amount END AS "amountMinor"
FROM ledger_lines l JOIN transactions t ON t.key = l.transaction_key
WHERE l.debit = $1 OR l.credit = $1
ORDER BY t.seen_at_ms DESC, l.kind DESC LIMIT $2`;

export async function accountStatement(
  database: Queryable,
  o: { accountId: number; limit: number },
): Promise<StatementLine[]> {
  type Row = { seenAtMs: bigint; key: string; amountMinor: bigint };
  const rows = await database.query<Row>(LAST_LINES, [o.accountId, o.limit]);
  return rows.map(({ seenAtMs, key, amountMinor }) => {
    const [, rrn = '', terminal = ''] = key.split('-');
    return { atMs: Number(seenAtMs), rrn, terminal, amountMinor };
  });
}
