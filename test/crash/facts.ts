/** What the three databases say at the end, read by the harness itself: no code of the network between. */
import pg from 'pg';

export interface JournalRow {
  readonly rrn: string;
  readonly terminal: string;
  readonly state: string;
  readonly maskedPan: string;
  readonly amountMinor: number;
  readonly dispensedMinor: number;
}

export interface SwitchRow {
  readonly rrn: string;
  readonly terminal: string;
  readonly state: string;
  /** Reversals and advices that the issuer has not answered yet. */
  readonly open: number;
}

/** One transaction at an issuer, with its ledger lines. */
export interface PostedRow {
  readonly issuer: string;
  readonly rrn: string;
  readonly terminal: string;
  readonly accountId: number;
  /** What stands posted: the customer's part, and the issuer's own loss. */
  readonly customerMinor: number;
  readonly lossMinor: number;
  /** Sum of the lines: postings less what was taken back. */
  readonly linesMinor: number;
  /** Lines that post, and lines that take back. */
  readonly posts: number;
  readonly takesBack: number;
}

export interface AccountRow {
  readonly issuer: string;
  readonly accountId: number;
  readonly openingMinor: number;
  readonly balanceMinor: number;
}

export interface TerminalCash {
  readonly terminal: string;
  /** Notes put in less notes inside, in money. */
  readonly outMinor: number;
}

export interface Facts {
  readonly journal: readonly JournalRow[];
  readonly switch: readonly SwitchRow[];
  readonly posted: readonly PostedRow[];
  readonly accounts: readonly AccountRow[];
  readonly cash: readonly TerminalCash[];
}

const ISSUER_SCHEMAS = { 'bank-a': 'issuer_bank_a', 'bank-b': 'issuer_bank_b' } as const;

const JOURNAL = `SELECT rrn, terminal, state, masked_pan AS "maskedPan",
  amount_minor::float8 AS "amountMinor", dispensed_minor::float8 AS "dispensedMinor"
  FROM atm.withdrawals`;
const CASH = `SELECT terminal, sum((loaded - notes) * denomination_minor)::float8 AS "outMinor"
  FROM atm.cassettes GROUP BY terminal`;
const SWITCH = `SELECT t.rrn, t.terminal, t.state,
  (SELECT count(*) FROM switch.forwards f WHERE f.rrn = t.rrn AND f.terminal = t.terminal
    AND f.state = 'pending')::int AS open
  FROM switch.transactions t`;
/** Keys are acquirer-RRN-terminal; kinds 1, 3 and 4 post, 2, 5 and 6 take back. */
const postedOf = (schema: string, issuer: string) => `SELECT '${issuer}' AS issuer,
  split_part(t.key, '-', 2) AS rrn, split_part(t.key, '-', 3) AS terminal,
  coalesce(t.account_id, 0)::float8 AS "accountId",
  t.customer::float8 AS "customerMinor", t.loss::float8 AS "lossMinor",
  coalesce(sum(CASE WHEN l.kind IN (1, 3, 4) THEN l.amount ELSE -l.amount END), 0)::float8
    AS "linesMinor",
  count(*) FILTER (WHERE l.kind IN (1, 3))::int AS posts,
  count(*) FILTER (WHERE l.kind IN (2, 5))::int AS "takesBack"
  FROM ${schema}.transactions t LEFT JOIN ${schema}.ledger_lines l ON l.transaction_key = t.key
  GROUP BY t.key`;
const accountsOf = (schema: string, issuer: string) => `SELECT '${issuer}' AS issuer,
  id::float8 AS "accountId", opening::float8 AS "openingMinor", balance::float8 AS "balanceMinor"
  FROM ${schema}.accounts`;

/** One snapshot of everything. */
export async function readFacts(url: string): Promise<Facts> {
  const client = new pg.Client({ connectionString: url, application_name: 'crash harness' });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows as T[];
    const posted: PostedRow[] = [];
    const accounts: AccountRow[] = [];
    for (const [issuer, schema] of Object.entries(ISSUER_SCHEMAS)) {
      posted.push(...(await rows<PostedRow>(postedOf(schema, issuer))));
      accounts.push(...(await rows<AccountRow>(accountsOf(schema, issuer))));
    }
    return {
      journal: await rows<JournalRow>(JOURNAL),
      switch: await rows<SwitchRow>(SWITCH),
      cash: await rows<TerminalCash>(CASH),
      posted,
      accounts,
    };
  } finally {
    await client.end();
  }
}

/** Withdrawals that are not at their end yet. */
export function underWay({ journal, switch: rows }: Facts): number {
  const waiting = journal.filter(({ state }) => OPEN_STATES.has(state)).length;
  return waiting + rows.filter(({ state, open }) => state === 'forwarded' || open > 0).length;
}

const OPEN_STATES: ReadonlySet<string> = new Set(['requested', 'reversing', 'partly-dispensed']);
