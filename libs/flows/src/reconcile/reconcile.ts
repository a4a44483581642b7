/**
 * The three-way match: what the terminals dispensed, what the switch recorded, what the issuers posted.
 * The three were written independently; per withdrawal they must say the same. Streams are merged in
 * order of identity, so memory does not grow with their number. Of a partner's cards there are two
 * records here; those are compared.
 */
import type { AtmJournalRow, WithdrawalState } from '../atm/index.js';
import type { PostedTransaction } from '../issuer/index.js';
import type { ReconcileRow } from '../switch/index.js';

export const DIFFERENCE_KINDS = {
  'dispensed-not-posted': 'cash went out and no account was debited',
  'posted-not-dispensed': 'an account was debited and no cash went out',
  'amount-differs': 'the debit is not the cash that went out',
  'unknown-to-atm': 'an account was debited for a withdrawal that no terminal journaled',
  'unknown-to-switch': 'a finished withdrawal that the switch never recorded',
  'switch-differs': "the switch's record contradicts the cash that went out",
} as const;

export type DifferenceKind = keyof typeof DIFFERENCE_KINDS;

export interface Difference {
  readonly kind: DifferenceKind;
  readonly rrn: string;
  readonly terminal: string;
  readonly dispensedMinor: bigint;
  readonly postedMinor: bigint;
  readonly atm: string;
  readonly switch: string;
}

export interface ReconciliationReport {
  readonly clean: boolean;
  /** Finished withdrawals that were compared. */
  readonly withdrawals: number;
  /** Still under way: neither right nor wrong yet. */
  readonly pending: number;
  /** Over finished withdrawals. */
  readonly dispensedMinor: bigint;
  readonly postedMinor: bigint;
  /** Dispensed on cards of partners, whose ledgers are not here. */
  readonly partnersMinor: bigint;
  readonly differences: readonly Difference[];
  /** True when there were more differences than are listed. */
  readonly truncated: boolean;
}

export interface ReconciliationSources {
  readonly journal: AsyncIterable<AtmJournalRow>;
  readonly switchRows: AsyncIterable<ReconcileRow>;
  /** One stream per issuer. */
  readonly posted: readonly AsyncIterable<PostedTransaction>[];
  /** Ids of issuers whose ledgers are not among them. */
  readonly partners?: ReadonlySet<string>;
}

const MOST_DIFFERENCES = 10_000;

const UNDER_WAY: ReadonlySet<WithdrawalState> = new Set<WithdrawalState>([
  'requested',
  'reversing',
  'partly-dispensed',
]);

/** What the switch's states say of the cash, where they say anything. */
const CASH_BY_SWITCH: Readonly<Partial<Record<ReconcileRow['state'], 'none' | 'some'>>> = {
  approved: 'some',
  'stood-in': 'some',
  'partly-reversed': 'some',
  declined: 'none',
  'timed-out': 'none',
  reversed: 'none',
};

interface Named {
  readonly rrn: string;
  readonly terminal: string;
}

const nameOf = ({ rrn, terminal }: Named): string => `${rrn}-${terminal}`;

/** One row of each source that has it, in order of name. */
export async function reconcile(sources: ReconciliationSources): Promise<ReconciliationReport> {
  const journal = await Cursor.open(sources.journal);
  const switchRows = await Cursor.open(sources.switchRows);
  const posted = await Promise.all(sources.posted.map((stream) => Cursor.open(stream)));
  const cursors: Cursor<Named>[] = [journal, switchRows, ...posted];
  const tally = new Tally(sources.partners ?? NO_PARTNERS);
  for (;;) {
    const name = leastName(cursors);
    if (name === undefined) return tally.report();
    const atm = await journal.take(name);
    const row = await switchRows.take(name);
    let postedMinor = 0n;
    for (const cursor of posted) postedMinor += (await cursor.take(name))?.postedMinor ?? 0n;
    tally.compare({ name, atm, row, postedMinor });
  }
}

function leastName(cursors: readonly Cursor<Named>[]): string | undefined {
  let least: string | undefined;
  for (const { name } of cursors) {
    if (name !== undefined && (least === undefined || name < least)) least = name;
  }
  return least;
}

/** A sorted stream with its first row in hand. */
class Cursor<T extends Named> {
  name: string | undefined;
  #row: T | undefined;

  private constructor(readonly rows: AsyncIterator<T>) {}

  static async open<T extends Named>(stream: AsyncIterable<T>): Promise<Cursor<T>> {
    const cursor = new Cursor(stream[Symbol.asyncIterator]());
    await cursor.#next();
    return cursor;
  }

  /** The row of that name, if it is the next one. */
  async take(name: string): Promise<T | undefined> {
    if (this.name !== name) return undefined;
    const row = this.#row;
    await this.#next();
    return row;
  }

  async #next(): Promise<void> {
    const { done, value } = await this.rows.next();
    this.#row = done === true ? undefined : value;
    const name = this.#row === undefined ? undefined : nameOf(this.#row);
    if (name !== undefined && this.name !== undefined && name < this.name) {
      throw new Error('reconciliation needs its sources in order of RRN and terminal');
    }
    this.name = name;
  }
}

interface Match {
  readonly name: string;
  readonly atm: AtmJournalRow | undefined;
  readonly row: ReconcileRow | undefined;
  readonly postedMinor: bigint;
}

const NO_PARTNERS: ReadonlySet<string> = new Set();

class Tally {
  readonly #partners: ReadonlySet<string>;
  #withdrawals = 0;
  #pending = 0;
  #dispensedMinor = 0n;
  #postedMinor = 0n;
  #partnersMinor = 0n;
  #truncated = false;
  readonly #differences: Difference[] = [];

  constructor(partners: ReadonlySet<string>) {
    this.#partners = partners;
  }

  compare(match: Match): void {
    const { atm, row, postedMinor } = match;
    if ((atm !== undefined && UNDER_WAY.has(atm.state)) || row?.state === 'forwarded') {
      this.#pending += 1;
      return;
    }
    const partners = row !== undefined && this.#partners.has(row.issuer);
    const kind = partners ? differenceAtPartner(match, row) : differenceOf(match);
    // A reversal or an advice on its way to the issuer: the accounts will follow.
    if (kind !== undefined && (row?.open ?? 0) > 0) {
      this.#pending += 1;
      return;
    }
    this.#withdrawals += 1;
    this.#dispensedMinor += atm?.dispensedMinor ?? 0n;
    this.#postedMinor += postedMinor;
    if (partners) this.#partnersMinor += atm?.dispensedMinor ?? 0n;
    if (kind !== undefined) this.#add(kind, match);
  }

  #add(kind: DifferenceKind, { name, atm, row, postedMinor }: Match): void {
    if (this.#differences.length >= MOST_DIFFERENCES) {
      this.#truncated = true;
      return;
    }
    const [rrn = '', terminal = ''] = name.split('-');
    this.#differences.push({
      kind,
      rrn,
      terminal,
      dispensedMinor: atm?.dispensedMinor ?? 0n,
      postedMinor,
      atm: atm?.state ?? 'unknown',
      switch: row?.state ?? 'unknown',
    });
  }

  report(): ReconciliationReport {
    return {
      clean: this.#differences.length === 0,
      withdrawals: this.#withdrawals,
      pending: this.#pending,
      dispensedMinor: this.#dispensedMinor,
      postedMinor: this.#postedMinor,
      partnersMinor: this.#partnersMinor,
      differences: this.#differences,
      truncated: this.#truncated,
    };
  }
}

/** The first that applies; undefined when the three agree. */
function differenceOf({ atm, row, postedMinor }: Match): DifferenceKind | undefined {
  const dispensedMinor = atm?.dispensedMinor ?? 0n;
  if (atm === undefined && postedMinor > 0n) return 'unknown-to-atm';
  if (dispensedMinor > 0n && postedMinor === 0n) return 'dispensed-not-posted';
  if (dispensedMinor === 0n && postedMinor > 0n) return 'posted-not-dispensed';
  if (dispensedMinor !== postedMinor) return 'amount-differs';
  if (row === undefined) return dispensedMinor > 0n ? 'unknown-to-switch' : undefined;
  const cash = CASH_BY_SWITCH[row.state];
  const contradicts = (cash === 'none') === dispensedMinor > 0n;
  if (cash !== undefined && contradicts && atm !== undefined) return 'switch-differs';
  return undefined;
}

/** Where the ledger is a partner's: the cash must be what the switch takes for paid out. */
function differenceAtPartner({ atm }: Match, row: ReconcileRow): DifferenceKind | undefined {
  const dispensedMinor = atm?.dispensedMinor ?? 0n;
  return dispensedMinor === standingOf(row) ? undefined : 'switch-differs';
}

/** The amount that the switch takes for paid out. */
export function standingOf(row: ReconcileRow): bigint {
  if (row.state === 'partly-reversed') return row.actualMinor!;
  return row.state === 'approved' || row.state === 'stood-in' ? row.amountMinor : 0n;
}

/** Pages of a store as one stream. */
export async function* paged<T extends Named>(
  page: (after: Named | undefined, limit: number) => Promise<readonly T[]>,
  limit = 5_000,
): AsyncGenerator<T> {
  let after: Named | undefined;
  for (;;) {
    const rows = await page(after, limit);
    yield* rows;
    if (rows.length < limit) return;
    after = rows.at(-1);
  }
}
