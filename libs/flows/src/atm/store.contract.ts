/** What both stores of an ATM fleet promise. `open` gives an empty store of the fleet `f`. */
import type { Cassette } from './cassettes.js';
import type { AtmChanges, AtmStore, TerminalRecord } from './store.js';
import { type Withdrawal, withdrawalKeyOf } from './withdrawal.js';

const NOW = 1_763_750_000_000;

export function sampleWithdrawal(n: number, more: Partial<Withdrawal> = {}): Withdrawal {
  const stan = String(n).padStart(6, '0');
  return {
    terminal: 'ATM00001',
    rrn: `632521${stan}`,
    stan,
    transmittedAt: '1121210000',
    card: 'card-hash',
    maskedPan: '400000******0010',
    sealedPan: Uint8Array.of(1, 2, 3, n),
    amountMinor: 6_000n,
    dispensedMinor: 0n,
    state: 'requested',
    responseCode: null,
    reason: null,
    reversalStan: null,
    reversalAt: null,
    reversalsSent: 0,
    nextAtMs: NOW + 15_000,
    createdMs: NOW,
    ...more,
  };
}

const terminal = (id: string): TerminalRecord => ({
  terminal: id,
  algorithm: 'T',
  padState: Uint8Array.of(9, 8, 7),
  lastStan: 0,
});

const cassette = (position: number, id = 'ATM00001'): Cassette => ({
  terminal: id,
  position,
  denominationMinor: 1_000n * BigInt(position),
  notes: 10,
  loaded: 10,
});

/** Bytes as plain arrays, so that Buffers and arrays compare alike. */
const plain = (row: Withdrawal | undefined) => row && { ...row, sealedPan: [...row.sealedPan] };

export function atmStoreContract(name: string, open: () => Promise<AtmStore>): void {
  describe(`ATM store: ${name}`, () => {
    let store: AtmStore;
    beforeEach(async () => {
      store = await open();
      await save({
        terminals: [terminal('ATM00001'), terminal('ATM00002')],
        cassettes: [cassette(1), cassette(2), cassette(1, 'ATM00002')],
      });
    });

    const save = (changes: AtmChanges) => store.transact((tx) => tx.save(changes));
    const find = (...rows: Withdrawal[]) => store.transact((tx) => tx.withdrawals(rows));

    it('keeps terminals and cassettes, in order', async () => {
      await save({
        pads: [{ terminal: 'ATM00002', padState: Uint8Array.of(5) }],
        stans: [{ terminal: 'ATM00002', lastStan: 999_999 }],
      });
      const terminals = await store.terminals();
      expect(terminals.map((t) => [t.terminal, t.algorithm, t.lastStan, [...t.padState]])).toEqual([
        ['ATM00001', 'T', 0, [9, 8, 7]],
        ['ATM00002', 'T', 999_999, [5]],
      ]);
      expect(await store.cassettes()).toEqual([cassette(1), cassette(2), cassette(1, 'ATM00002')]);
    });

    it.each<[string, AtmChanges]>([
      ['a terminal twice', { terminals: [terminal('ATM00001')] }],
      ['a cassette twice', { cassettes: [cassette(2)] }],
      ['a cassette of no terminal', { cassettes: [cassette(1, 'ATM00009')] }],
      ['a STAN of no terminal', { stans: [{ terminal: 'ATM00009', lastStan: 1 }] }],
      [
        'a PIN pad of no terminal',
        { pads: [{ terminal: 'ATM00009', padState: Uint8Array.of(1) }] },
      ],
      ['an update of no row', { updates: [sampleWithdrawal(7)] }],
      ['notes of no cassette', { dispensed: [{ terminal: 'ATM00001', position: 9, notes: 1 }] }],
      [
        'more notes than there are',
        { dispensed: [{ terminal: 'ATM00001', position: 1, notes: 11 }] },
      ],
      ['no notes', { loaded: [{ terminal: 'ATM00001', position: 1, notes: 0 }] }],
    ])('refuses %s, and keeps nothing of the transaction', async (_, changes) => {
      await expect(save({ ...changes, inserts: [sampleWithdrawal(1)] })).rejects.toThrow();
      expect((await find(sampleWithdrawal(1))).size).toBe(0);
      expect((await store.terminals()).map((t) => t.lastStan)).toEqual([0, 0]);
    });

    it('gives back a row as it was saved', async () => {
      const row = sampleWithdrawal(1);
      await save({ inserts: [row] });
      const found = await find(row, sampleWithdrawal(2));
      expect(found.size).toBe(1);
      expect(plain(found.get(withdrawalKeyOf(row)))).toEqual(plain(row));
      expect(plain(await store.withdrawal(row))).toEqual(plain(row));
      expect(await store.withdrawal(sampleWithdrawal(2))).toBeUndefined();
    });

    it('refuses a row twice, but takes the same RRN of another terminal', async () => {
      const row = sampleWithdrawal(1);
      await save({ inserts: [row, { ...row, terminal: 'ATM00002' }] });
      await expect(save({ inserts: [row] })).rejects.toThrow();
    });

    it('moves notes and journal together', async () => {
      const row = sampleWithdrawal(1);
      await save({ inserts: [row] });
      const paid = {
        ...row,
        state: 'dispensed',
        dispensedMinor: 6_000n,
        responseCode: '00',
        nextAtMs: null,
      } as const;
      const dispensed = [
        { terminal: 'ATM00001', position: 2, notes: 2 },
        { terminal: 'ATM00001', position: 1, notes: 2 },
      ];
      await save({ updates: [paid], dispensed });
      expect(plain((await find(row)).get(withdrawalKeyOf(row)))).toEqual(plain(paid));
      expect((await store.cassettes()).map((c) => [c.notes, c.loaded])).toEqual([
        [8, 10],
        [8, 10],
        [10, 10],
      ]);
      expect(await store.cashPosition()).toEqual({
        insideMinor: 34_000n,
        outMinor: 6_000n,
        journalMinor: 6_000n,
      });
    });

    it('adds up notes of one cassette in one transaction', async () => {
      const move = { terminal: 'ATM00001', position: 1, notes: 3 };
      await save({ dispensed: [move, move], loaded: [{ ...move, notes: 1 }] });
      expect((await store.cassettes())[0]).toMatchObject({ notes: 5, loaded: 11 });
      const locked = await store.transact((tx) => tx.cassettes(['ATM00001']));
      expect(locked.map((c) => [c.position, c.notes])).toEqual([
        [1, 5],
        [2, 10],
      ]);
    });

    it('gives what is due, oldest first, up to the limit', async () => {
      const at = (n: number, nextAtMs: number) => sampleWithdrawal(n, { nextAtMs });
      await save({ inserts: [at(1, NOW + 3), at(2, NOW + 1), at(3, NOW + 2), at(4, NOW + 9)] });
      const due = await store.transact((tx) => tx.due(NOW + 3, 2));
      expect(due.map((row) => row.stan)).toEqual(['000002', '000003']);
      const all = await store.transact((tx) => tx.due(NOW + 3, 9));
      expect(all.map((row) => row.stan)).toEqual(['000002', '000003', '000001']);
    });

    it('keeps every column of a reversal, and stops having it due', async () => {
      const row = sampleWithdrawal(1);
      await save({ inserts: [row] });
      const reversing = {
        ...row,
        state: 'reversing',
        reason: '68',
        reversalStan: '000002',
        reversalAt: '1121210016',
        reversalsSent: 3,
        nextAtMs: NOW + 40_000,
      } as const;
      await save({ updates: [reversing] });
      expect(plain((await find(row)).get(withdrawalKeyOf(row)))).toEqual(plain(reversing));
      await save({ updates: [{ ...reversing, state: 'reversed', nextAtMs: null }] });
      expect(await store.transact((tx) => tx.due(Number.MAX_SAFE_INTEGER, 9))).toEqual([]);
    });

    it('gives the requests of an earlier run', async () => {
      const done = sampleWithdrawal(3, { state: 'declined', nextAtMs: null });
      const reversing = sampleWithdrawal(4, { state: 'reversing', reason: '68' });
      const later = sampleWithdrawal(2, { createdMs: NOW + 1 });
      await save({ inserts: [sampleWithdrawal(1), later, done, reversing] });
      const found = await store.transact((tx) => tx.requested(NOW, 9));
      expect(found.map((row) => row.stan)).toEqual(['000001']);
    });

    it('keeps nothing of a transaction that throws', async () => {
      const failing = store.transact(async (tx) => {
        await tx.save({ inserts: [sampleWithdrawal(1)] });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect((await find(sampleWithdrawal(1))).size).toBe(0);
    });

    it('lets one of two transactions on a row wait for the other', async () => {
      const row = sampleWithdrawal(1);
      await save({ inserts: [row] });
      const bump = () =>
        store.transact(async (tx) => {
          const found = (await tx.withdrawals([row])).get(withdrawalKeyOf(row))!;
          await tx.save({ updates: [{ ...found, reversalsSent: found.reversalsSent + 1 }] });
        });
      await Promise.all([bump(), bump(), bump()]);
      const found = (await find(row)).get(withdrawalKeyOf(row));
      expect(found?.reversalsSent).toBe(3);
    });

    it('lists reversals that nobody repeats, in order of identity, up to a limit', async () => {
      const over = { nextAtMs: null, reason: '68' };
      const rows = [
        sampleWithdrawal(2, { ...over, state: 'reversing' }),
        sampleWithdrawal(1, { ...over, state: 'reversing' }),
        sampleWithdrawal(3, { ...over, state: 'reversed' }),
        sampleWithdrawal(4, { reason: '68', state: 'reversing' }),
      ];
      await save({ inserts: rows });
      expect((await store.parked(10)).map(({ rrn }) => rrn)).toEqual([rows[1]!.rrn, rows[0]!.rrn]);
      expect(await store.parked(1)).toHaveLength(1);
    });

    it('pages through the journal in order of RRN and terminal', async () => {
      const rows = [1, 2, 3].map((n) => sampleWithdrawal(n));
      const other = { ...rows[1]!, terminal: 'ATM00002' };
      await save({ inserts: [rows[2]!, other, rows[0]!, rows[1]!] });
      const first = await store.reconcilePage(undefined, 2);
      expect(first.map((row) => `${row.stan} ${row.terminal}`)).toEqual([
        '000001 ATM00001',
        '000002 ATM00001',
      ]);
      expect(first[0]).toEqual({
        terminal: 'ATM00001',
        rrn: '632521000001',
        stan: '000001',
        state: 'requested',
        maskedPan: '400000******0010',
        card: 'card-hash',
        amountMinor: 6_000n,
        dispensedMinor: 0n,
        responseCode: null,
        createdMs: NOW,
      });
      const rest = await store.reconcilePage(first[1], 9);
      expect(rest.map((row) => `${row.stan} ${row.terminal}`)).toEqual([
        '000002 ATM00002',
        '000003 ATM00001',
      ]);
    });
  });
}
