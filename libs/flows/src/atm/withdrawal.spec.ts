import { InputError } from '@pinfold/crypto';
import { textOf } from '@pinfold/iso8583';
import { journal, last, ORDER, world } from './testing-fleet.js';

describe('a withdrawal', () => {
  it('is journaled, sent with PIN block and MAC, and paid', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    expect(await journal(w)).toMatchObject([{ state: 'requested', maskedPan: '400000******0010' }]);
    await w.deliver();
    expect(await paying).toMatchObject({
      outcome: 'dispensed',
      dispensedMinor: 6_000n,
      responseCode: '00',
    });
    const { fields } = last(w, '0200');
    expect(fields).toMatchObject({
      4: '000000006000',
      7: '1121210000',
      12: '210000',
      13: '1121',
      32: '100001',
      49: '978',
      53: '0100010001000000',
    });
    expect(textOf({ mti: '', fields }, 37)).toBe(`632521${textOf({ mti: '', fields }, 11)}`);
    expect(fields[52]).toHaveLength(8);
    expect(await w.store.cashPosition()).toMatchObject({ outMinor: 6_000n, journalMinor: 6_000n });
  });

  it('is refused with the answer of the network', async () => {
    const w = await world();
    w.net.behaviour = () => 'decline';
    const paying = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect(await paying).toMatchObject({
      outcome: 'declined',
      responseCode: '51',
      dispensedMinor: 0n,
    });
    expect(await w.store.cashPosition()).toMatchObject({ outMinor: 0n });
  });

  it.each([
    ['forge', '06'],
    ['other-amount', '06'],
    ['undecided', '06'],
  ] as const)('is reversed when the answer is not good: %s', async (behaviour, reason) => {
    const w = await world();
    w.net.behaviour = () => behaviour;
    const paying = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'reversed', dispensedMinor: 0n });
    await w.deliver();
    expect(last(w, '0420').fields).toMatchObject({ 39: reason });
    expect(await journal(w)).toMatchObject([{ state: 'reversed' }]);
    expect([...w.net.postedMinor.values()]).toEqual([0n]);
  });

  it('is reversed without an answer, and a late one pays nothing', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    const [request] = w.sent.splice(0);
    const late = w.net.answer(request!)!;
    w.clock.nowMs += 15_000;
    await w.fleet.onTick();
    expect(await paying).toMatchObject({ outcome: 'reversed' });
    await w.fleet.onAnswers([late]);
    await w.deliver();
    const { fields } = last(w, '0420');
    const original = last(w, '0200').fields;
    expect(fields[39]).toBe('68');
    expect(fields[37]).toBe(original[37]);
    expect(fields[90]).toBe(`0200${original[11]}${original[7]}0000010000100000000000`);
    expect(await journal(w)).toMatchObject([{ state: 'reversed', dispensedMinor: 0n }]);
    expect(await w.store.cashPosition()).toMatchObject({ outMinor: 0n });
  });

  it('is not paid by an approval that comes at the deadline', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    w.clock.nowMs += 15_000;
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'reversed' });
  });

  it('is paid by an approval a moment before it', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    w.clock.nowMs += 14_999;
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'dispensed' });
  });

  it('is paid once however often the answer comes', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    const [request] = w.sent.splice(0);
    const answer = w.net.answer(request!)!;
    await w.fleet.onAnswers([answer, answer]);
    await w.fleet.onAnswers([answer]);
    expect(await paying).toMatchObject({ outcome: 'dispensed' });
    expect(await w.store.cashPosition()).toMatchObject({ outMinor: 6_000n, journalMinor: 6_000n });
  });

  it('leaves the terminal to one customer at a time', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    expect(await w.fleet.withdraw(ORDER)).toMatchObject({ refusal: 'TERMINAL_BUSY' });
    await w.deliver();
    await paying;
    const again = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect(await again).toMatchObject({ outcome: 'dispensed' });
  });

  it.each([
    [{ terminal: 'ATM99999' }, 'TERMINAL_UNKNOWN'],
    [{ amountMinor: 5n }, 'NOTES_MISSING'],
    [{ amountMinor: 10_000_000n }, 'NOTES_MISSING'],
  ] as const)('with %o goes nowhere', async (change, refusal) => {
    const w = await world();
    expect(await w.fleet.withdraw({ ...ORDER, ...change })).toMatchObject({
      outcome: 'refused',
      refusal,
    });
    expect(await journal(w)).toEqual([]);
  });

  it.each([{ pan: '4000' }, { pin: '12' }, { expiry: '3013' }, { amountMinor: 0n }])(
    'with %o is a bug of the caller',
    async (change) => {
      const w = await world();
      expect(() => w.fleet.withdraw({ ...ORDER, ...change })).toThrow(InputError);
    },
  );

  it('that comes with others shares one journal transaction and one send', async () => {
    const w = await world({ terminals: 3 });
    const transact = w.store.transact.bind(w.store);
    let transactions = 0;
    w.store.transact = (fn) => {
      transactions += 1;
      return transact(fn);
    };
    const orders = ['ATM00001', 'ATM00002', 'ATM00003'].map((terminal) =>
      w.fleet.withdraw({ ...ORDER, terminal }),
    );
    await w.settle();
    expect([transactions, w.sent.length]).toEqual([1, 3]);
    await w.deliver();
    expect((await Promise.all(orders)).map((r) => r.outcome)).toEqual([
      'dispensed',
      'dispensed',
      'dispensed',
    ]);
    expect(transactions).toBe(2);
  });
});
