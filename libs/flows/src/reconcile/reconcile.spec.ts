import type { AtmJournalRow } from '../atm/index.js';
import type { PostedTransaction } from '../issuer/index.js';
import type { ReconcileRow } from '../switch/index.js';
import { paged, reconcile } from './reconcile.js';

const at = (n: number) => ({ rrn: `6325${String(n).padStart(8, '0')}`, terminal: 'ATM00001' });

const journal = (
  n: number,
  state: AtmJournalRow['state'],
  dispensedMinor: bigint,
): AtmJournalRow => ({
  ...at(n),
  stan: String(n).padStart(6, '0'),
  state,
  maskedPan: '400000******0010',
  card: 'hash',
  amountMinor: 5000n,
  dispensedMinor,
  responseCode: '00',
  createdMs: n,
});

const atSwitch = (n: number, state: ReconcileRow['state'], open = 0): ReconcileRow => ({
  ...at(n),
  state,
  issuer: 'bank-a',
  maskedPan: '400000******0010',
  amountMinor: 5000n,
  actualMinor: null,
  open,
});

const partly = (n: number, actualMinor: bigint): ReconcileRow => ({
  ...atSwitch(n, 'partly-reversed'),
  actualMinor,
});

const posting = (n: number, postedMinor: bigint): PostedTransaction => ({
  ...at(n),
  key: `100001-${at(n).rrn}-${at(n).terminal}`,
  acquirer: '100001',
  postedMinor,
  lossMinor: 0n,
});

async function* stream<T>(...rows: T[]): AsyncGenerator<T> {
  yield* rows;
}

const match = (rows: {
  atm?: AtmJournalRow[];
  row?: ReconcileRow[];
  a?: PostedTransaction[];
  b?: PostedTransaction[];
  partners?: string[];
}) =>
  reconcile({
    journal: stream(...(rows.atm ?? [])),
    switchRows: stream(...(rows.row ?? [])),
    posted: [stream(...(rows.a ?? [])), stream(...(rows.b ?? []))],
    partners: new Set(rows.partners),
  });

describe('three-way match', () => {
  it('is clean when all three agree, over both issuers', async () => {
    const report = await match({
      atm: [
        journal(1, 'dispensed', 5000n),
        journal(2, 'declined', 0n),
        journal(3, 'dispensed', 5000n),
      ],
      row: [atSwitch(1, 'approved'), atSwitch(2, 'declined'), atSwitch(3, 'stood-in')],
      a: [posting(1, 5000n)],
      b: [posting(3, 5000n)],
    });
    expect(report).toMatchObject({
      clean: true,
      withdrawals: 3,
      pending: 0,
      dispensedMinor: 10_000n,
      postedMinor: 10_000n,
    });
  });

  it.each([
    [
      'dispensed-not-posted',
      { atm: [journal(1, 'dispensed', 5000n)], row: [atSwitch(1, 'approved')] },
    ],
    [
      'posted-not-dispensed',
      { atm: [journal(1, 'reversed', 0n)], row: [atSwitch(1, 'reversed')], a: [posting(1, 5000n)] },
    ],
    [
      'amount-differs',
      {
        atm: [journal(1, 'partly-reversed', 2000n)],
        row: [atSwitch(1, 'partly-reversed')],
        a: [posting(1, 5000n)],
      },
    ],
    ['unknown-to-atm', { row: [atSwitch(1, 'approved')], a: [posting(1, 5000n)] }],
    ['unknown-to-switch', { atm: [journal(1, 'dispensed', 5000n)], a: [posting(1, 5000n)] }],
    [
      'switch-differs',
      {
        atm: [journal(1, 'dispensed', 5000n)],
        row: [atSwitch(1, 'reversed')],
        a: [posting(1, 5000n)],
      },
    ],
    [
      'amount-differs',
      {
        atm: [journal(1, 'dispensed', 5000n)],
        row: [atSwitch(1, 'approved')],
        a: [posting(1, 5000n)],
        b: [posting(1, 5000n)],
      },
    ],
  ])('finds %s', async (kind, rows) => {
    const report = await match(rows);
    expect(report.clean).toBe(false);
    expect(report.differences).toMatchObject([{ kind, ...at(1) }]);
  });

  it.each([
    ['approved', journal(1, 'dispensed', 5000n), atSwitch(1, 'approved'), true],
    ['declined', journal(1, 'declined', 0n), atSwitch(1, 'timed-out'), true],
    ['partly reversed', journal(1, 'partly-reversed', 2000n), partly(1, 2000n), true],
    [
      'dispensed, and reversed at the switch',
      journal(1, 'dispensed', 5000n),
      atSwitch(1, 'reversed'),
      false,
    ],
    [
      'dispensed in part only',
      journal(1, 'partly-reversed', 2000n),
      atSwitch(1, 'approved'),
      false,
    ],
  ])("compares the two records of a partner's card: %s", async (_, atm, row, clean) => {
    const report = await match({
      atm: [atm],
      row: [{ ...row, issuer: 'bank-c' }],
      partners: ['bank-c'],
    });
    expect(report).toMatchObject({ clean, postedMinor: 0n, partnersMinor: atm.dispensedMinor });
  });

  it('two errors that cancel are still two differences', async () => {
    const report = await match({
      atm: [journal(1, 'dispensed', 5000n), journal(2, 'reversed', 0n)],
      row: [atSwitch(1, 'approved'), atSwitch(2, 'reversed')],
      a: [posting(2, 5000n)],
    });
    expect(report.dispensedMinor).toBe(report.postedMinor);
    expect(report.differences).toHaveLength(2);
  });

  it.each([
    ['a terminal that waits', { atm: [journal(1, 'requested', 0n)], a: [posting(1, 5000n)] }],
    [
      'a reversal on its way',
      {
        atm: [journal(1, 'reversed', 0n)],
        row: [atSwitch(1, 'reversed', 1)],
        a: [posting(1, 5000n)],
      },
    ],
    ['a switch that waits', { atm: [journal(1, 'reversed', 0n)], row: [atSwitch(1, 'forwarded')] }],
  ])('counts %s as under way', async (_, rows) => {
    expect(await match(rows)).toMatchObject({ clean: true, withdrawals: 0, pending: 1 });
  });

  it('refuses sources that are not in order', async () => {
    const rows = { atm: [journal(2, 'declined', 0n), journal(1, 'declined', 0n)] };
    await expect(match(rows)).rejects.toThrow('order');
  });
});

it('pages become one stream', async () => {
  const all = [1, 2, 3, 4, 5].map((n) => atSwitch(n, 'approved'));
  const seen: string[] = [];
  const pages = paged(async (after, limit) => {
    const from = after === undefined ? 0 : all.findIndex((row) => row.rrn === after.rrn) + 1;
    return all.slice(from, from + limit);
  }, 2);
  for await (const row of pages) seen.push(row.rrn);
  expect(seen).toEqual(all.map((row) => row.rrn));
});
