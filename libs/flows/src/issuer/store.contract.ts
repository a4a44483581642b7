/**
 * What every issuer store must do, in memory and in PostgreSQL alike: post once, keep balances equal
 * to opening plus lines, refuse what the constraints forbid, and give chunks what they touch.
 */
import fc from 'fast-check';
import type { LedgerLine } from './ledger.js';
import { STAND_IN_LOSS_ACCOUNT } from './ledger.js';
import type { Changes, IssuerStore, PostedTransaction } from './store.js';
import {
  answersTo,
  balanceOf,
  cardKey,
  codesOf,
  item,
  NOON_MS,
  newCard,
  OPENING_MINOR,
  prepare,
  SETTLEMENT,
} from './testing.js';

const NO_CHANGES: Changes = {
  newTransactions: [],
  changedTransactions: [],
  cards: [],
  lines: [],
  events: [],
  sentOutboxIds: [],
};

const DAY_MS = 86_400_000;

export interface StoreUnderTest {
  /** A store with nothing in it. `now` is its clock. */
  fresh(now: () => number): Promise<IssuerStore>;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const posted = (store: IssuerStore): Promise<PostedTransaction[]> =>
  all(store.postedByRrn(0, Number.MAX_SAFE_INTEGER));

export function issuerStoreContract(name: string, under: StoreUnderTest): void {
  describe(`issuer store: ${name}`, () => {
    let store: IssuerStore;
    let nowMs = NOON_MS;
    beforeEach(async () => {
      nowMs = NOON_MS;
      store = await under.fresh(() => nowMs);
      await prepare(store, 3);
    });

    it('posts a withdrawal once, however often it is asked', async () => {
      const ask = item('withdrawal', { number: 1 });
      expect(await codesOf(store, [ask, ask])).toEqual(['00', '00']);
      const [again] = await answersTo(store, [ask]);
      expect(again).toEqual({ responseCode: '00', approvalCode: '123456', repeated: true });
      expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
      const { transaction, lines } = (await store.transaction('100001-632512000001-ATM00001'))!;
      expect(transaction).toMatchObject({ customerMinor: 1_000n, lossMinor: 0n, accountId: 1 });
      expect(lines).toEqual([
        {
          transactionKey: transaction.key,
          kind: 'withdrawal',
          debit: 1,
          credit: SETTLEMENT,
          amountMinor: 1_000n,
        },
      ]);
    });

    it('keeps every member of a transaction and of a card', async () => {
      await codesOf(store, [
        item('reversal', { number: 4, reversal: { leg: 'advice', actualMinor: 300n } }),
        item('withdrawal', { number: 5, card: 2, amountMinor: 700n }),
        item('withdrawal', { number: 6, card: 2, pin: 'wrong' }),
      ]);
      const early = (await store.transaction('100001-632512000004-ATM00001'))!.transaction;
      expect(early.advice).toMatchObject({ state: 'forestalled', actualMinor: 300n });
      expect(early.request).toEqual({
        state: 'none',
        message: '',
        responseCode: '',
        approvalCode: '',
        actualMinor: undefined,
      });
      const { card } = (await store.card(cardKey(2)))!;
      expect(card).toEqual({
        key: cardKey(2),
        accountId: 2,
        maskedPan: '400000******0000',
        expiry: '3012',
        status: 'active',
        record: 'record-2',
        tries: 1,
        day: Math.floor(NOON_MS / DAY_MS),
        dayCount: 1,
        dayAmountMinor: 700n,
      });
      expect(await store.card('nobody')).toBeUndefined();
      expect(await store.transaction('nothing')).toBeUndefined();
    });

    it('carries daily counters over within a day, and starts anew on the next', async () => {
      const spend = (number: number) => item('withdrawal', { number, amountMinor: 4_000n });
      expect(await codesOf(store, [spend(1), spend(2), spend(3)])).toEqual(['00', '00', '51']);
      const next = { nowMs: NOON_MS + DAY_MS };
      expect(await codesOf(store, [item('withdrawal', { number: 4 })], next)).toEqual(['00']);
      expect((await store.card(cardKey(1)))!.card.dayCount).toBe(1);
    });

    it('lists what stands posted, in order, within the time asked for', async () => {
      await codesOf(store, [
        item('withdrawal', { number: 2, card: 2 }),
        item('withdrawal', { number: 1 }),
        item('withdrawal', { number: 3, pin: 'wrong' }),
        item('advice', { number: 4, card: 99, amountMinor: 50n }),
      ]);
      await codesOf(store, [item('reversal', { number: 2, card: 2 })]);
      const names = (await posted(store)).map(({ rrn, postedMinor, lossMinor }) => ({
        rrn,
        postedMinor,
        lossMinor,
      }));
      expect(names).toEqual([
        { rrn: '632512000001', postedMinor: 1_000n, lossMinor: 0n },
        { rrn: '632512000004', postedMinor: 50n, lossMinor: 50n },
      ]);
      expect(await all(store.postedByRrn(0, NOON_MS))).toEqual([]);
      expect(await all(store.postedByRrn(NOON_MS, NOON_MS + 1))).toHaveLength(2);
    });

    it('refuses what would break the ledger and changes nothing', async () => {
      await codesOf(store, [item('withdrawal', { number: 1 })]);
      const { transaction } = (await store.transaction('100001-632512000001-ATM00001'))!;
      const line = (change: Partial<LedgerLine>): LedgerLine => ({
        transactionKey: transaction.key,
        kind: 'withdrawal-reversal',
        debit: SETTLEMENT,
        credit: 1,
        amountMinor: 1n,
        ...change,
      });
      const bad: Record<string, LedgerLine[]> = {
        'second posting': [line({ kind: 'withdrawal' })],
        'twice in one chunk': [line({}), line({})],
        'negative balance': [line({ debit: 1, credit: SETTLEMENT, amountMinor: 10_000n })],
        'unknown account': [line({ credit: 77 })],
        'unknown internal account': [line({ debit: -77 })],
        'same account twice': [line({ debit: 1 })],
        'amount zero': [line({ amountMinor: 0n })],
        'amount below zero': [line({ amountMinor: -5n })],
      };
      for (const [what, lines] of Object.entries(bad)) {
        const attempt = store.transact({ cardKeys: [cardKey(1)], transactionKeys: [] }, () => ({
          changes: { ...NO_CHANGES, lines },
          result: what,
        }));
        await expect(attempt).rejects.toThrow();
        expect([what, await balanceOf(store)]).toEqual([what, OPENING_MINOR - 1_000n]);
      }
      expect((await store.ledgerSummary()).sound).toBe(true);
    });

    it('rolls back everything when deciding throws', async () => {
      const attempt = store.transact({ cardKeys: [], transactionKeys: [] }, () => {
        throw new Error('no decision');
      });
      await expect(attempt).rejects.toThrow('no decision');
    });

    it('shows in a glimpse what is there, and nothing else', async () => {
      await codesOf(store, [item('withdrawal', { number: 1 })]);
      const key = '100001-632512000001-ATM00001';
      const glimpse = await store.peek({
        cardKeys: [cardKey(1), 'nobody'],
        transactionKeys: [key, 'nothing'],
      });
      expect([...glimpse.cards.keys()]).toEqual([cardKey(1)]);
      expect([...glimpse.transactions]).toEqual([key]);
    });

    it('decides chunks of the same card one after the other', async () => {
      const chunks = Array.from({ length: 6 }, (_, i) => [
        item('withdrawal', { number: i + 1, amountMinor: 3_000n }),
        item('withdrawal', { number: i + 11, card: 2, amountMinor: 3_000n }),
      ]);
      const codes = await Promise.all(chunks.map((chunk) => codesOf(store, chunk)));
      expect(codes.filter(([first]) => first === '00')).toHaveLength(2);
      expect(await balanceOf(store, 1)).toBe(OPENING_MINOR - 6_000n);
      expect(await balanceOf(store, 2)).toBe(OPENING_MINOR - 6_000n);
    });

    it('keeps events until they are marked as sent', async () => {
      const events = [{ topic: 'events.card', key: 'k', headers: { type: 't' }, value: '{"a":1}' }];
      const none = { cardKeys: [], transactionKeys: [] };
      const { outboxId } = await store.transact(none, () => ({
        changes: { ...NO_CHANGES, events },
        result: undefined,
      }));
      expect(outboxId).toBeDefined();
      expect(await store.unsent(NOON_MS, 10)).toEqual([]);
      nowMs += 5_000;
      expect(await store.unsent(NOON_MS + 1, 10)).toEqual([{ id: outboxId, events }]);
      expect(await store.unsent(NOON_MS + 1, 0)).toEqual([]);
      await store.transact(none, () => ({
        changes: { ...NO_CHANGES, sentOutboxIds: [outboxId!] },
        result: undefined,
      }));
      expect(await store.unsent(nowMs, 10)).toEqual([]);
      const quiet = await store.transact(none, () => ({ changes: NO_CHANGES, result: 7 }));
      expect(quiet).toEqual({ result: 7, outboxId: undefined });
    });

    it('keeps the newest four versions of a key', async () => {
      for (const version of [1, 2, 3, 4, 5]) {
        const record = { owner: 'acq1', usage: 'ZPK', version, token: `t${version}` } as const;
        await store.saveKeys([{ ...record, checkValue: 'AABBCC', state: 'active' }]);
      }
      const versions = (await store.keys()).map(({ version }) => version);
      expect(versions.sort()).toEqual([2, 3, 4, 5]);
    });

    it('creates cards in bulk and leaves existing ones alone', async () => {
      expect(await store.createCards([newCard(3), newCard(4, 'lost')])).toBe(1);
      expect(await store.countCards()).toBe(4);
      expect(await codesOf(store, [item('withdrawal', { number: 1, card: 4 })])).toEqual(['41']);
      expect(await store.setCardStatus(cardKey(4), 'active')).toBe(true);
      expect(await store.setCardStatus('nobody', 'active')).toBe(false);
      expect(await codesOf(store, [item('withdrawal', { number: 2, card: 4 })])).toEqual(['00']);
    });

    it('conserves money in any order of messages, cut into any chunks', async () => {
      await fc.assert(
        fc.asyncProperty(messages, async (sent) => {
          const own = await under.fresh(() => nowMs);
          await prepare(own, 2);
          for (const chunk of sent)
            await codesOf(
              own,
              chunk.map(({ kind, asked }) => item(kind, asked)),
            );
          await expectConserved(own);
        }),
        { numRuns: 25 },
      );
    });
  });
}

const kind = fc.constantFrom('withdrawal' as const, 'advice' as const, 'reversal' as const);
const asked = fc.record({
  card: fc.constantFrom(1, 1, 1, 2, 9),
  number: fc.integer({ min: 1, max: 4 }),
  amountMinor: fc.constantFrom(100n, 3_000n, 7_000n, 12_000n),
  pin: fc.constantFrom('right' as const, 'right' as const, 'wrong' as const, 'silent' as const),
  reversal: fc.record({
    leg: fc.constantFrom('request' as const, 'advice' as const),
    actualMinor: fc.constantFrom(undefined, undefined, 0n, 40n, 2_000n),
  }),
});
const messages = fc.array(fc.array(fc.record({ kind, asked }), { maxLength: 6 }), { maxLength: 8 });

/** Nothing is lost or made: balances, the issuer's own accounts and what stands posted agree. */
export async function expectConserved(store: IssuerStore): Promise<void> {
  const summary = await store.ledgerSummary();
  expect(summary.sound).toBe(true);
  const settlement = summary.internal.get(SETTLEMENT)!;
  const loss = summary.internal.get(STAND_IN_LOSS_ACCOUNT)!;
  expect(summary.balanceMinor + settlement + loss).toBe(summary.openingMinor);
  expect(settlement).toBe(summary.postedMinor);
  let postedMinor = 0n;
  let lossMinor = 0n;
  for (const row of await posted(store)) {
    const { lines } = (await store.transaction(row.key))!;
    const net = lines.reduce(
      (sum, line) => sum + (line.credit === SETTLEMENT ? line.amountMinor : -line.amountMinor),
      0n,
    );
    expect(net).toBe(row.postedMinor);
    expect(new Set(lines.map((line) => line.kind)).size).toBe(lines.length);
    postedMinor += row.postedMinor;
    lossMinor += row.lossMinor;
  }
  expect(postedMinor).toBe(summary.postedMinor);
  expect(-loss).toBe(lossMinor);
}
