/** A transaction whose messages come in any order, with repeats: the end is always the same. */
import fc from 'fast-check';
import { MemoryIssuerStore } from './memory-store.js';
import { expectConserved } from './store.contract.js';
import { answersTo, balanceOf, codesOf, item, NOON_MS, OPENING_MINOR, prepare } from './testing.js';

const KEY = '100001-632512000001-ATM00001';

async function fresh(): Promise<MemoryIssuerStore> {
  const store = new MemoryIssuerStore({ now: () => NOON_MS });
  await prepare(store, 2);
  return store;
}

const request = item('withdrawal', { number: 1 });
const timeout = item('reversal', { number: 1, stan: '000002' });
const advice = item('advice', { number: 1, stan: '000003' });
const takeBack = item('reversal', { number: 1, stan: '000004', reversal: { leg: 'advice' } });
const partial = item('reversal', {
  number: 1,
  stan: '000005',
  reversal: { leg: 'advice', actualMinor: 300n, reason: '32' },
});

describe('reversals', () => {
  it('takes back in full, once', async () => {
    const store = await fresh();
    expect(await codesOf(store, [request, timeout, timeout])).toEqual(['00', '00', '00']);
    expect(await codesOf(store, [timeout])).toEqual(['00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR);
    const { transaction, lines } = (await store.transaction(KEY))!;
    expect(transaction.request.state).toBe('reversed');
    expect(lines.map(({ kind }) => kind)).toEqual(['withdrawal', 'withdrawal-reversal']);
  });

  it('leaves the actual amount of a partial dispense', async () => {
    const store = await fresh();
    const part = item('reversal', { number: 1, stan: '2', reversal: { actualMinor: 400n } });
    const [, answer] = await answersTo(store, [request, part, part]);
    expect(answer!.reversedMinor).toBe(600n);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 400n);
    expect(await codesOf(store, [timeout])).toEqual(['00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 400n);
  });

  it('remembers one that came first, and declines the late original', async () => {
    const store = await fresh();
    expect(await codesOf(store, [timeout])).toEqual(['00']);
    expect(await codesOf(store, [request, request])).toEqual(['68', '68']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR);
    expect((await store.card(item('withdrawal', { number: 1 }).cardKey))!.card.dayCount).toBe(0);
  });

  it('gives the daily amount and number back', async () => {
    const store = await fresh();
    for (let number = 1; number <= 9; number++) {
      const out = item('withdrawal', { number, amountMinor: 8_000n });
      const back = item('reversal', { number, amountMinor: 8_000n });
      expect(await codesOf(store, [out, back])).toEqual(['00', '00']);
    }
  });

  it('gives nothing back to a day that the withdrawal was not of', async () => {
    const store = await fresh();
    const tomorrow = { nowMs: NOON_MS + 86_400_000 };
    await codesOf(store, [request]);
    await codesOf(store, [item('withdrawal', { number: 2, amountMinor: 500n })], tomorrow);
    await codesOf(store, [timeout], tomorrow);
    const { card } = (await store.card(request.cardKey))!;
    expect(card).toMatchObject({ dayCount: 1, dayAmountMinor: 500n });
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 500n);
  });

  it('answers a repeat of the late original as before', async () => {
    const store = await fresh();
    await codesOf(store, [timeout, request]);
    const [again] = await answersTo(store, [request]);
    expect(again).toEqual({ responseCode: '68', approvalCode: '', repeated: true });
  });

  it('refuses one that names another card', async () => {
    const store = await fresh();
    const other = item('reversal', { number: 1, card: 2, stan: '2' });
    expect(await codesOf(store, [request, other])).toEqual(['00', '25']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
  });
});

describe('repeats', () => {
  it('a second message with the name of a transaction is no repeat', async () => {
    const store = await fresh();
    const other = item('withdrawal', { number: 1, stan: '000009' });
    expect(await codesOf(store, [request, other, other, request])).toEqual([
      '00',
      '94',
      '94',
      '00',
    ]);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
  });

  it('a wrong PIN counts once per message', async () => {
    const store = await fresh();
    const wrong = (number: number) => item('withdrawal', { number, pin: 'wrong' });
    expect(await codesOf(store, [wrong(1), wrong(1), wrong(1)])).toEqual(['55', '55', '55']);
    expect(await codesOf(store, [wrong(1), wrong(2), wrong(3)])).toEqual(['55', '55', '75']);
    expect(await codesOf(store, [item('withdrawal', { number: 4 })])).toEqual(['75']);
  });

  it('a right PIN resets the count, also when the money declines', async () => {
    const store = await fresh();
    const wrong = (number: number) => item('withdrawal', { number, pin: 'wrong' });
    const poor = item('withdrawal', { number: 3, amountMinor: 90_000n });
    const codes = await codesOf(store, [wrong(1), wrong(2), poor, wrong(4), wrong(5), wrong(6)]);
    expect(codes).toEqual(['55', '55', '51', '55', '55', '75']);
  });

  it('a wrong PIN on one card leaves another alone', async () => {
    const store = await fresh();
    await codesOf(store, [item('withdrawal', { number: 1, pin: 'wrong' })]);
    await codesOf(store, [item('withdrawal', { number: 2, card: 2 })]);
    const again = [2, 3].map((n) => item('withdrawal', { number: n + 5, pin: 'wrong' }));
    expect(await codesOf(store, again)).toEqual(['55', '75']);
  });
});

describe('stand-in advices', () => {
  it('posts what the balance can carry, and the rest on the loss account', async () => {
    const store = await fresh();
    const large = item('advice', { number: 1, amountMinor: 12_345n });
    const [answer] = await answersTo(store, [large]);
    expect(answer).toMatchObject({ responseCode: '00', approvalCode: '777777' });
    expect(await balanceOf(store)).toBe(0n);
    const { transaction } = (await store.transaction(KEY))!;
    expect(transaction).toMatchObject({ customerMinor: 10_000n, lossMinor: 2_345n });
    const back = item('reversal', {
      number: 1,
      amountMinor: 12_345n,
      reversal: { leg: 'advice', actualMinor: 11_000n },
    });
    await codesOf(store, [back]);
    expect((await store.transaction(KEY))!.transaction).toMatchObject({
      customerMinor: 10_000n,
      lossMinor: 1_000n,
    });
    await expectConserved(store);
  });

  it.each(['lost', 'stolen', 'restricted'] as const)('charges no %s card', async (status) => {
    const store = await fresh();
    await store.setCardStatus(request.cardKey, status);
    expect(await codesOf(store, [advice])).toEqual(['00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR);
    await expectConserved(store);
  });

  it('takes over a request that stands posted', async () => {
    const store = await fresh();
    expect(await codesOf(store, [request, advice, timeout])).toEqual(['00', '00', '00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
    expect(await codesOf(store, [takeBack])).toEqual(['00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR);
  });

  it('posts its own amount where the request stands with another', async () => {
    const store = await fresh();
    const other = item('advice', { number: 1, stan: '000003', amountMinor: 700n });
    expect(await codesOf(store, [request, other, timeout])).toEqual(['00', '00', '00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 700n);
    await expectConserved(store);
  });

  it('posts when the request was declined', async () => {
    const store = await fresh();
    const wrong = item('withdrawal', { number: 1, pin: 'wrong' });
    expect(await codesOf(store, [wrong, advice])).toEqual(['55', '00']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
  });

  it('declines the request that comes after its advice', async () => {
    const store = await fresh();
    expect(await codesOf(store, [advice, request])).toEqual(['00', '94']);
    expect(await balanceOf(store)).toBe(OPENING_MINOR - 1_000n);
  });
});

describe('any order of arrival', () => {
  const scenarios: [string, ReturnType<typeof item>[], bigint][] = [
    ['a withdrawal that timed out', [request, timeout], 0n],
    ['a stand-in after a time-out', [request, timeout, advice], 1_000n],
    ['a stand-in that was taken back', [request, timeout, advice, takeBack], 0n],
    ['a stand-in that was partly dispensed', [request, timeout, advice, partial], 300n],
    ['a stand-in without a time-out reversal', [request, advice], 1_000n],
    ['a stand-in alone, taken back', [advice, takeBack], 0n],
  ];
  for (const [what, sent, postedMinor] of scenarios) {
    it(`${what}: ${postedMinor} posted`, async () => {
      const orders = fc
        .tuple(
          fc.shuffledSubarray(sent, { minLength: sent.length }),
          fc.array(fc.nat(), { maxLength: 4 }),
        )
        .map(([order, again]) => [...order, ...again.map((n) => order[n % order.length]!)]);
      await fc.assert(
        fc.asyncProperty(orders, fc.integer({ min: 1, max: 4 }), async (messages, size) => {
          const store = await fresh();
          for (let i = 0; i < messages.length; i += size) {
            await codesOf(store, messages.slice(i, i + size));
          }
          expect(await balanceOf(store)).toBe(OPENING_MINOR - postedMinor);
          await expectConserved(store);
        }),
        { numRuns: 150 },
      );
    });
  }
});
