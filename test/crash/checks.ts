/**
 * What must hold after any crash: the customers' record against the three databases, per withdrawal,
 * per card and per terminal. Totals alone would hide two errors that cancel.
 */
import type { AccountRow, Facts, JournalRow, PostedRow } from './facts.js';
import type { Acknowledged, CustomersRecord, Order } from './record.js';

export interface Violation {
  readonly check: CheckName;
  /** Which withdrawal, card or terminal; numbers that contradict each other. Nothing secret. */
  readonly what: string;
}

/** Every check, and what a violation of it means. */
export const CHECKS = {
  finished: 'a withdrawal is not at its end after the drain',
  'approval-journaled': 'a customer was told of cash that the journal does not know',
  'approval-posted': 'a customer was told of cash that no account was debited for',
  'refusal-unpaid': 'a customer was told of no cash, and cash or a posting is there',
  'told-once': 'two orders were told the same withdrawal',
  'one-order-one-row': 'a withdrawal is journaled that nobody ordered, or one order was done twice',
  'posted-once': 'a withdrawal is posted more than once, or its lines are not what stands posted',
  'per-rrn': 'what was dispensed is not what was posted',
  'switch-agrees': 'the switch contradicts the cash',
  'per-card': 'an account did not lose what its card was paid',
  'per-terminal': 'the cassettes of a terminal did not lose what it dispensed',
} as const;

export type CheckName = keyof typeof CHECKS;

/** Most that are listed of one check. */
const LISTED_MAX = 20;

interface Evidence {
  readonly record: CustomersRecord;
  readonly facts: Facts;
  readonly journal: ReadonlyMap<string, JournalRow>;
  readonly posted: ReadonlyMap<string, readonly PostedRow[]>;
}

type Check = (evidence: Evidence) => Iterable<string>;

export function checkAll(record: CustomersRecord, facts: Facts): Violation[] {
  const evidence = {
    record,
    facts,
    journal: new Map(facts.journal.map((row) => [nameOf(row), row])),
    posted: grouped(facts.posted, nameOf),
  };
  return Object.entries(RUNS).flatMap(([check, run]) =>
    [...run(evidence)].slice(0, LISTED_MAX).map((what) => ({ check: check as CheckName, what })),
  );
}

const RUNS: Readonly<Record<CheckName, Check>> = {
  finished: function* ({ facts }) {
    for (const row of facts.journal) {
      if (!ENDS.has(row.state)) yield `${nameOf(row)} is ${row.state} in the journal`;
    }
    for (const row of facts.switch) {
      if (row.state === 'forwarded') yield `${nameOf(row)} is forwarded at the switch`;
      if (row.open > 0) yield `${nameOf(row)} has ${row.open} messages open at the switch`;
    }
  },

  'approval-journaled': function* ({ record, journal }) {
    for (const { order, told } of approvals(record)) {
      const row = journal.get(toldName({ order, told }));
      if (row?.dispensedMinor === told.dispensedMinor && PAID.has(row.state)) continue;
      yield `${told.rrn} at ${order.terminal}: told ${told.dispensedMinor}, journal ${row?.state ?? 'without it'} ${row?.dispensedMinor ?? ''}`;
    }
  },

  'approval-posted': function* ({ record, posted }) {
    for (const { order, told } of approvals(record)) {
      const rows = posted.get(toldName({ order, told })) ?? [];
      const sum = postedMinor(rows);
      if (
        sum === told.dispensedMinor &&
        rows.every((row) => row.accountId === accountOf(order.pan))
      )
        continue;
      yield `${told.rrn} at ${order.terminal}: told ${told.dispensedMinor}, posted ${sum}`;
    }
  },

  'refusal-unpaid': function* ({ record, journal, posted }) {
    for (const { order, told } of record.acknowledged) {
      if (told.approved) continue;
      const name = toldName({ order, told });
      const row = journal.get(name);
      const sum = postedMinor(posted.get(name) ?? []);
      if (row !== undefined && row.dispensedMinor === 0 && UNPAID.has(row.state) && sum === 0)
        continue;
      yield `${told.rrn} at ${order.terminal}: told ${told.responseCode}, journal ${row?.state ?? 'without it'}, posted ${sum}`;
    }
  },

  'told-once': function* ({ record }) {
    const seen = new Set<string>();
    for (const acknowledged of record.acknowledged) {
      const name = toldName(acknowledged);
      if (seen.has(name)) yield name;
      seen.add(name);
    }
  },

  'one-order-one-row': function* ({ record, facts }) {
    const told = new Set(record.acknowledged.map(toldName));
    const unknown = new Map<string, number>();
    for (const order of record.unknown) {
      const like = orderName(order.terminal, maskPan(order.pan), order.amountMinor);
      unknown.set(like, (unknown.get(like) ?? 0) + 1);
    }
    for (const row of facts.journal) {
      if (told.has(nameOf(row))) continue;
      const like = orderName(row.terminal, row.maskedPan, row.amountMinor);
      const left = unknown.get(like) ?? 0;
      if (left === 0) yield `${nameOf(row)}: ${like}, ${row.state}`;
      unknown.set(like, left - 1);
    }
  },

  'posted-once': function* ({ facts, posted }) {
    for (const row of facts.posted) {
      const { customerMinor, lossMinor, linesMinor, posts, takesBack } = row;
      const standing = customerMinor + lossMinor;
      if (linesMinor !== standing)
        yield `${nameOf(row)}: lines ${linesMinor}, standing ${standing}`;
      if (posts - takesBack > 1) yield `${nameOf(row)}: ${posts} postings, ${takesBack} taken back`;
    }
    for (const [name, rows] of posted) {
      if (rows.length > 1) yield `${name}: a transaction of ${rows.length} issuers`;
    }
  },

  'per-rrn': function* ({ facts, journal, posted }) {
    for (const row of facts.journal) {
      const sum = postedMinor(posted.get(nameOf(row)) ?? []);
      if (sum !== row.dispensedMinor)
        yield `${nameOf(row)}: dispensed ${row.dispensedMinor}, posted ${sum}`;
    }
    for (const [name, rows] of posted) {
      if (!journal.has(name) && postedMinor(rows) !== 0)
        yield `${name}: posted ${postedMinor(rows)}, not in any journal`;
    }
  },

  'switch-agrees': function* ({ facts, journal }) {
    const atSwitch = new Map(facts.switch.map((row) => [nameOf(row), row.state]));
    for (const row of facts.switch) {
      const paid = (journal.get(nameOf(row))?.dispensedMinor ?? 0) > 0;
      const says = SWITCH_SAYS_PAID[row.state];
      if (says !== undefined && says !== paid)
        yield `${nameOf(row)}: switch ${row.state}, ${paid ? 'cash' : 'no cash'} went out`;
    }
    for (const row of facts.journal) {
      if (row.dispensedMinor > 0 && !atSwitch.has(nameOf(row)))
        yield `${nameOf(row)}: cash went out, the switch never saw it`;
    }
  },

  'per-card': function* ({ record, facts }) {
    const paid = sums(
      facts.journal,
      ({ maskedPan }) => maskedPan,
      ({ dispensedMinor }) => dispensedMinor,
    );
    const told = sums(
      approvals(record),
      ({ order }) => maskPan(order.pan),
      (a) => a.told.dispensedMinor,
    );
    const losses = sums(facts.posted, accountName, ({ lossMinor }) => lossMinor);
    for (const account of facts.accounts) {
      const card = maskedCardOf(account);
      const debited =
        account.openingMinor - account.balanceMinor + (losses.get(accountName(account)) ?? 0);
      const dispensed = paid.get(card) ?? 0;
      if (debited !== dispensed) yield `${card}: debited ${debited}, dispensed ${dispensed}`;
      if (dispensed < (told.get(card) ?? 0))
        yield `${card}: dispensed ${dispensed}, its holder was told ${told.get(card)}`;
    }
  },

  'per-terminal': function* ({ facts }) {
    const dispensed = sums(
      facts.journal,
      (row) => row.terminal,
      (row) => row.dispensedMinor,
    );
    const posted = sums(
      facts.posted,
      (row) => row.terminal,
      (row) => row.customerMinor + row.lossMinor,
    );
    for (const { terminal, outMinor } of facts.cash) {
      const [journal, accounts] = [dispensed.get(terminal) ?? 0, posted.get(terminal) ?? 0];
      if (outMinor !== journal || outMinor !== accounts)
        yield `${terminal}: cassettes ${outMinor}, journal ${journal}, accounts ${accounts}`;
    }
  },
};

const ENDS = new Set(['dispensed', 'declined', 'reversed', 'partly-reversed']);
const PAID = new Set(['dispensed', 'partly-dispensed', 'partly-reversed']);
const UNPAID = new Set(['declined', 'reversing', 'reversed']);

/** Only what a state of the switch says for certain. */
const SWITCH_SAYS_PAID: Readonly<Record<string, boolean>> = {
  approved: true,
  'stood-in': true,
  'partly-reversed': true,
  declined: false,
  'timed-out': false,
  reversed: false,
  forestalled: false,
};

interface Named {
  readonly rrn: string;
  readonly terminal: string;
}

const nameOf = ({ rrn, terminal }: Named): string => `${rrn}-${terminal}`;
const toldName = ({ order, told }: Acknowledged): string => `${told.rrn}-${order.terminal}`;
const orderName = (terminal: string, card: string, amountMinor: number): string =>
  `${terminal} ${card} ${amountMinor}`;
const accountName = ({ issuer, accountId }: Pick<AccountRow, 'issuer' | 'accountId'>): string =>
  `${issuer} ${accountId}`;
const approvals = (record: CustomersRecord): Acknowledged[] =>
  record.acknowledged.filter(({ told }) => told.approved);
const postedMinor = (rows: readonly PostedRow[]): number =>
  rows.reduce((sum, { customerMinor, lossMinor }) => sum + customerMinor + lossMinor, 0);

/** First six and last four digits: with fewer than 1,000 cards of an issuer, one card each. */
export const maskPan = (pan: Order['pan']): string =>
  `${pan.slice(0, 6)}${'*'.repeat(pan.length - 10)}${pan.slice(-4)}`;
/** Demo cards: prefix, nine-digit sequence that is also the account's number, Luhn digit. */
const accountOf = (pan: string): number => Number(pan.slice(6, 15));

const PREFIXES: Readonly<Record<string, string>> = { 'bank-a': '400000', 'bank-b': '510000' };

export function panOf(issuer: string, sequence: number): string {
  const body = `${PREFIXES[issuer]}${String(sequence).padStart(9, '0')}`;
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

const maskedCardOf = ({ issuer, accountId }: AccountRow): string =>
  maskPan(panOf(issuer, accountId));

function sums<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  amountOf: (row: T) => number,
): Map<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(keyOf(row), (totals.get(keyOf(row)) ?? 0) + amountOf(row));
  return totals;
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
