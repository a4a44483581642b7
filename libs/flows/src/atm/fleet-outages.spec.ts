import { journal, ORDER, world } from './testing-fleet.js';

describe('when something is away', () => {
  it('the journal: nothing is sent, and the customer is told', async () => {
    const w = await world();
    w.store.transact = () => Promise.reject(new Error('no database'));
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    expect(await paying).toMatchObject({ outcome: 'refused', refusal: 'JOURNAL_UNAVAILABLE' });
    expect(w.sent).toEqual([]);
    expect(w.fleet.isFree('ATM00001')).toBe(true);
  });

  it('the bus: the deadline reverses', async () => {
    const w = await world();
    w.failSends = true;
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    w.failSends = false;
    w.clock.nowMs += 15_000;
    await w.fleet.onTick();
    expect(await paying).toMatchObject({ outcome: 'reversed' });
    await w.deliver();
    expect(await journal(w)).toMatchObject([{ state: 'reversed' }]);
  });

  it('the store while answers come: the chunk comes again, and pays once', async () => {
    const w = await world({ dispenser: (plan) => plan });
    const paying = w.fleet.withdraw(ORDER);
    await w.settle();
    const answers = w.sent.splice(0).flatMap((r) => w.net.answer(r) ?? []);
    const { transact } = w.store;
    w.store.transact = () => Promise.reject(new Error('no database'));
    await expect(w.fleet.onAnswers(answers)).rejects.toThrow('no database');
    w.store.transact = transact;
    await w.fleet.onAnswers(answers);
    expect(await paying).toMatchObject({ outcome: 'dispensed' });
  });

  it('one card number: its reversal waits, and holds up no other', async () => {
    const w = await world({ terminals: 2 });
    const pan = '4000000000000028';
    const orders = [
      w.fleet.withdraw({ ...ORDER, pan }),
      w.fleet.withdraw({ ...ORDER, terminal: 'ATM00002' }),
    ];
    await w.settle();
    w.sent.splice(0);
    w.clock.nowMs += 15_000;
    w.lost = pan;
    await w.fleet.onTick();
    w.lost = undefined;
    expect((await Promise.all(orders)).map((r) => r.outcome)).toEqual(['reversed', 'reversed']);
    expect(w.sent.filter((r) => r.headers.correlation?.includes('-'))).toHaveLength(1);
    expect(JSON.stringify(w.observed.filter((o) => o.what === 'reversal-not-built'))).not.toContain(
      pan,
    );
    w.clock.nowMs += 5_000;
    await w.fleet.onTick();
    await w.deliver();
    expect((await journal(w)).map((row) => row.state)).toEqual(['reversed', 'reversed']);
  });

  it('the fleet itself: stopping takes no more orders and sends what it has', async () => {
    const w = await world();
    const paying = w.fleet.withdraw(ORDER);
    const stopped = w.fleet.stop();
    expect(await w.fleet.withdraw({ ...ORDER, terminal: 'ATM00001' })).toMatchObject({
      refusal: 'FLEET_STOPPING',
    });
    await w.settle();
    await stopped;
    expect([w.sent.length, w.fleet.inProgress]).toEqual([1, 1]);
    await w.deliver();
    expect(await paying).toMatchObject({ outcome: 'dispensed' });
    expect(w.fleet.inProgress).toBe(0);
  });
});

it('STANs go on after a restart, with a gap, and over the wrap', async () => {
  const w = await world();
  await w.store.transact((tx) => tx.save({ stans: [{ terminal: 'ATM00001', lastStan: 999_950 }] }));
  await w.restart();
  const paying = w.fleet.withdraw(ORDER);
  await w.deliver();
  expect((await paying).stan).toBe('000053');
  expect((await w.store.terminals())[0]!.lastStan).toBe(53);
});

it('notes put in are counted and told', async () => {
  const w = await world();
  await w.fleet.replenish({ terminal: 'ATM00001', position: 2, notes: 7 });
  expect(w.fleet.terminals()[0]!.cassettes[1]).toMatchObject({ notes: 107, loaded: 107 });
  expect((await w.store.cassettes())[1]).toMatchObject({ notes: 107, loaded: 107 });
  expect(w.sent.at(-1)).toMatchObject({ topic: 'events.terminal' });
});

it('no observation holds a card number, a PIN or a PIN block', async () => {
  const w = await world();
  const paying = w.fleet.withdraw(ORDER);
  await w.deliver();
  await paying;
  const text = JSON.stringify(w.observed);
  expect(text).toContain('withdrawal-dispensed');
  expect(text).not.toMatch(/4000000000000010|"1234"/);
});
