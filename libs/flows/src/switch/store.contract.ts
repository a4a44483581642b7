/** What both stores of the switch promise. `open` gives an empty store; `close` releases it. */
import type { KeyRecord } from '../node.js';
import { newLink } from './links.js';
import type { SwitchStore, SwitchTx } from './store.js';
import { sampleForward, sampleRow } from './testing.js';
import { keyOf } from './transaction.js';

const key = (owner: string, version: number): KeyRecord => ({
  owner,
  usage: 'TAK',
  version,
  token: `token-${version}`,
  checkValue: '0A0B0C',
  state: 'offered',
});

export function switchStoreContract(
  name: string,
  open: () => Promise<SwitchStore>,
  close: (store: SwitchStore) => Promise<void> = async () => undefined,
): void {
  describe(`switch store: ${name}`, () => {
    let store: SwitchStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => close(store));

    const save = (changes: Parameters<SwitchTx['save']>[0]) =>
      store.transact((tx) => tx.save(changes));

    it('gives back a row as it was saved, without the card number', async () => {
      const row = sampleRow({ responseCode: null, actualMinor: null });
      await save({ inserts: [row] });
      const found = await store.transact((tx) => tx.transactions([row, sampleRow({ n: 2 })]));
      const { pan, ...rest } = row;
      expect(found.size).toBe(1);
      expect(found.get(keyOf(row))).toMatchObject(rest);
      expect(pan).toHaveLength(16);
      expect(await store.transaction(row)).toMatchObject(rest);
      expect(await store.transaction(sampleRow({ n: 2 }))).toBeUndefined();
    });

    it('updates a row, and refuses to update one that is not there', async () => {
      const row = sampleRow();
      await save({ inserts: [row] });
      const update = {
        ...row,
        state: 'approved',
        responseCode: '00',
        approvalCode: 'A12345',
        deadlineMs: null,
      } as const;
      await save({ updates: [update] });
      const found = await store.transact((tx) => tx.transactions([row]));
      expect(found.get(keyOf(row))).toMatchObject({ state: 'approved', approvalCode: 'A12345' });
      await expect(save({ updates: [{ ...update, rrn: '999999999999' }] })).rejects.toThrow();
    });

    it('refuses a second row with the same identity of transaction or of message', async () => {
      const row = sampleRow();
      await save({ inserts: [row] });
      await expect(save({ inserts: [row] })).rejects.toThrow();
      const taken = save({ inserts: [{ ...row, rrn: '999999999999' }] });
      await expect(taken).rejects.toMatchObject({ name: 'RequestTaken' });
      await save({ inserts: [{ ...row, terminal: 'ATM00009' }] });
    });

    it('keeps nothing of a transaction that throws', async () => {
      const row = sampleRow();
      const attempt = store.transact(async (tx) => {
        await tx.save({ inserts: [row] });
        throw new Error('cut');
      });
      await expect(attempt).rejects.toThrow('cut');
      expect((await store.transact((tx) => tx.transactions([row]))).size).toBe(0);
    });

    it('finds forwarded rows past their deadline, oldest first, up to the limit, with card number', async () => {
      const rows = [3, 1, 2].map((n) => sampleRow({ n, deadlineMs: 1_000 * n }));
      await save({ inserts: [...rows, sampleRow({ n: 4, state: 'declined', deadlineMs: null })] });
      const due = await store.transact((tx) => tx.timedOut(2_000, 10));
      expect(due.map((row) => row.deadlineMs)).toEqual([1_000, 2_000]);
      expect(due[0]!.pan).toBe(rows[1]!.pan);
      expect(await store.transact((tx) => tx.timedOut(9_000, 1))).toHaveLength(1);
    });

    it('keeps one store-and-forward row of a kind per transaction and gives those due', async () => {
      const row = sampleRow({ state: 'timed-out', deadlineMs: null });
      const forward = sampleForward({ nextAtMs: 5_000 });
      await save({ inserts: [row], forwards: [forward] });
      expect(await store.transact((tx) => tx.dueForwards(4_999, 10))).toEqual([]);
      const [due] = await store.transact((tx) => tx.dueForwards(5_000, 10));
      expect(due!.forward).toEqual(forward);
      expect(due!.transaction).toMatchObject({ pan: row.pan, state: 'timed-out' });
      await save({ forwards: [{ ...forward, state: 'done', sent: 2 }] });
      expect(await store.transact((tx) => tx.dueForwards(9_000, 10))).toEqual([]);
      const found = await store.transact((tx) =>
        tx.forwards([forward, { ...forward, kind: 'advice' }]),
      );
      expect([...found.values()]).toEqual([{ ...forward, state: 'done', sent: 2 }]);
    });

    it('lists what waits for a person, in order of identity, up to a limit', async () => {
      const rows = [1, 2, 3, 4].map((n) => sampleRow({ n, state: 'timed-out', deadlineMs: null }));
      const states = ['parked', 'done', 'refused', 'pending'] as const;
      const forwards = states.map((state, i) => sampleForward({ n: i + 1, state }));
      await save({ inserts: rows, forwards: [...forwards].reverse() });
      expect(await store.parked(10)).toEqual([forwards[0], forwards[2]]);
      expect(await store.parked(1)).toEqual([forwards[0]]);
    });

    it('keeps the amount of a partial reversal exactly', async () => {
      const amount = { amountMinor: 999_999_999_999n, actualMinor: 123_456_789_012n };
      const reversed = { state: 'partly-reversed', responseCode: '00', deadlineMs: null } as const;
      const row = sampleRow({ ...amount, ...reversed });
      const forward = sampleForward({ actualMinor: amount.actualMinor });
      await save({ inserts: [row], forwards: [forward] });
      const found = await store.transact((tx) => tx.transactions([row]));
      expect(found.get(keyOf(row))).toMatchObject(amount);
    });

    it('counts stand-in per card and per issuer and day, all or nothing', async () => {
      const ask = (card: string, amountMinor: bigint, day = '2026-11-21') => ({
        issuer: 'bank-a',
        card,
        day,
        amountMinor,
        perCardMinor: 100n,
        perIssuerMinor: 150n,
      });
      const reserve = (...requests: ReturnType<typeof ask>[]) =>
        store.transact((tx) => tx.reserveStandIn(requests));
      expect(await reserve(ask('a', 60n), ask('a', 60n), ask('b', 80n))).toEqual([
        true,
        false,
        true,
      ]);
      expect(await reserve(ask('a', 40n), ask('a', 10n), ask('a', 1n))).toEqual([
        false,
        true,
        false,
      ]);
      expect(await reserve(ask('a', 100n, '2026-11-22'))).toEqual([true]);
      const cut = store.transact(async (tx) => {
        await tx.reserveStandIn([ask('c', 50n, '2026-11-22')]);
        throw new Error('cut');
      });
      await expect(cut).rejects.toThrow('cut');
      expect(await reserve(ask('c', 50n, '2026-11-22'))).toEqual([true]);
    });

    it('does not lose a stand-in amount to two transactions at once', async () => {
      const ask = {
        issuer: 'bank-a',
        card: 'a',
        day: '2026-11-21',
        amountMinor: 60n,
        perCardMinor: 100n,
        perIssuerMinor: 1_000n,
      };
      const both = await Promise.all(
        [1, 2].map(() => store.transact((tx) => tx.reserveStandIn([ask]))),
      );
      expect(both.flat().filter(Boolean)).toHaveLength(1);
    });

    it('keeps keys by owner, usage and version, and replaces their state', async () => {
      await save({ keys: [key('ATM00001', 1), key('ATM00001', 2), key('ATM00002', 1)] });
      await save({ keys: [{ ...key('ATM00001', 2), state: 'active' }] });
      expect(await store.keys()).toHaveLength(3);
      const own = await store.keys(['ATM00001']);
      expect(own.find((k) => k.version === 2)).toEqual({ ...key('ATM00001', 2), state: 'active' });
      const locked = await store.transact((tx) => tx.lockKeys(['ATM00002']));
      expect(locked).toEqual([key('ATM00002', 1)]);
    });

    it('keeps one record per link', async () => {
      const asked = {
        '001': { stan: '000001', transmittedAt: '1121120000', sentMs: 5, keyVersion: 0 },
      };
      const link = { ...newLink('bank-a'), signedOn: true, heardMs: 1_795_000_000_000, asked };
      await save({ links: [newLink('bank-a'), newLink('bank-b')] });
      await save({ links: [link] });
      const found = await store.transact((tx) => tx.lockLinks(['bank-a', 'bank-c']));
      expect(found).toEqual([link]);
    });

    it('keeps outbox rows until they are delivered', async () => {
      const value = new TextEncoder().encode('{"a":1}');
      const records = [{ topic: 'events.withdrawal', key: 'k', value, headers: { type: 't' } }];
      await save({ outbox: { id: 'x-1', createdMs: 1_000, records } });
      await save({ outbox: { id: 'x-2', createdMs: 2_000, records } });
      const stale = await store.transact((tx) => tx.staleOutbox(1_500, 10));
      expect(stale.map((row) => row.id)).toEqual(['x-1']);
      expect(stale[0]!.records[0]!.headers).toEqual({ type: 't' });
      expect(new TextDecoder().decode(stale[0]!.records[0]!.value)).toBe('{"a":1}');
      await save({ delivered: ['x-1'] });
      expect(await store.transact((tx) => tx.staleOutbox(9_000, 10))).toHaveLength(1);
    });

    it('pages rows for reconciliation in order of identity, with open forwards counted', async () => {
      const rows = [1, 2, 3].map((n) => sampleRow({ n }));
      await save({ inserts: rows, forwards: [sampleForward({ n: 2 })] });
      const first = await store.reconcilePage(undefined, 2);
      expect(first.map((row) => row.open)).toEqual([0, 1]);
      const rest = await store.reconcilePage(first[1], 2);
      expect(rest.map((row) => row.rrn)).toEqual([rows[2]!.rrn]);
    });
  });
}
