import { textOf } from '@pinfold/iso8583';
import { journal, last, ORDER, type World, world } from './testing-fleet.js';

describe('a partial dispense', () => {
  it('is reversed down to what came out, and the amount stays out', async () => {
    const w = await world({ dispenser: (plan) => plan.slice(0, 1) });
    const paying = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'partly-dispensed', dispensedMinor: 5_000n });
    await w.deliver();
    expect(last(w, '0420').fields).toMatchObject({ 39: '32', 95: `000000005000${'0'.repeat(30)}` });
    expect(await journal(w)).toMatchObject([{ state: 'partly-reversed', dispensedMinor: 5_000n }]);
    expect([...w.net.postedMinor.values()]).toEqual([5_000n]);
    expect(await w.store.cashPosition()).toMatchObject({ outMinor: 5_000n, journalMinor: 5_000n });
  });

  it('of nothing is reversed in full', async () => {
    const w = await world({ dispenser: () => [] });
    const paying = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'reversed', responseCode: '00' });
    await w.deliver();
    expect(last(w, '0420').fields[95]).toBeUndefined();
    expect([...w.net.postedMinor.values()]).toEqual([0n]);
  });
});

describe('a reversal', () => {
  async function unanswered(): Promise<World> {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    w.sent.splice(0);
    w.clock.nowMs += 15_000;
    await w.fleet.onTick();
    await paying;
    return w;
  }

  it('is repeated as 0421 with the same STAN and time, waiting longer each time', async () => {
    const w = await unanswered();
    const first = w.sent.splice(0)[0]!;
    w.net.answer(first);
    const waits = [5, 10, 20, 40, 60, 60];
    for (const seconds of waits) {
      w.clock.nowMs += seconds * 1000 - 1;
      await w.fleet.onTick();
      expect(
        w.sent.splice(0).filter((r) => Buffer.from(r.value).toString('latin1', 0, 3) === '042'),
      ).toEqual([]);
      w.clock.nowMs += 1;
      await w.fleet.onTick();
      for (const record of w.sent.splice(0)) w.net.answer(record);
    }
    const sent = w.net.seen.filter((m) => m.mti.startsWith('042'));
    expect(sent.map((m) => m.mti)).toEqual(['0420', ...waits.map(() => '0421')]);
    expect(new Set(sent.map((m) => `${textOf(m, 11)} ${textOf(m, 7)}`)).size).toBe(1);
  });

  it('goes on after a restart', async () => {
    const w = await unanswered();
    w.sent.splice(0);
    w.clock.nowMs += 5_000;
    await w.restart();
    expect(last(w, '0421')).toBeDefined();
    expect(await journal(w)).toMatchObject([{ state: 'reversed' }]);
  });

  it('starts after a restart for a customer who was left standing', async () => {
    const w = await world();
    void w.fleet.withdraw(ORDER);
    await w.settle();
    for (const record of w.sent.splice(0)) w.net.answer(record);
    expect([...w.net.postedMinor.values()]).toEqual([6_000n]);
    await w.restart();
    expect(await journal(w)).toMatchObject([{ state: 'reversed' }]);
    expect([...w.net.postedMinor.values()]).toEqual([0n]);
  });

  it('is not ended by an answer without a good MAC, nor by one for another', async () => {
    const w = await unanswered();
    const [record] = w.sent.splice(0);
    const answer = w.net.answer(record!)!;
    const forged = {
      ...answer,
      value: answer.value.map((b, i, all) => (i === all.length - 1 ? b ^ 1 : b)),
    };
    await w.fleet.onAnswers([forged]);
    expect(await journal(w)).toMatchObject([{ state: 'reversing' }]);
    await w.fleet.onAnswers([answer]);
    expect(await journal(w)).toMatchObject([{ state: 'reversed' }]);
  });
});
