import { textOf } from '@pinfold/iso8583';
import { TIMEOUTS } from '../node.js';
import { ORDER, world } from './testing-fleet.js';

describe('a terminal comes into service', () => {
  it('asking for its keys without a MAC, then signing on with one', async () => {
    const w = await world();
    expect(w.net.seen.map((m) => [m.mti, textOf(m, 70), m.fields[128] !== undefined])).toEqual([
      ['0800', '101', false],
      ['0800', '001', true],
    ]);
    expect(w.fleet.terminals()[0]).toMatchObject({ inService: true, tpkVersion: 1, takVersion: 1 });
  });

  it('after a restart with the keys it has', async () => {
    const w = await world();
    w.net.seen.splice(0);
    await w.restart();
    expect(w.net.seen.map((m) => textOf(m, 70))).toEqual(['001']);
    expect(w.fleet.isFree('ATM00001')).toBe(true);
  });

  it('and takes new keys while it works', async () => {
    const w = await world();
    w.fleet.changeKeys('ATM00001');
    await w.fleet.onTick();
    const paying = w.fleet.withdraw(ORDER);
    await w.deliver();
    expect((await paying).outcome).toBe('dispensed');
    expect(w.fleet.terminals()[0]).toMatchObject({ takVersion: 2, inService: true });
  });

  it('and asks for new keys when those it has are past their life', async () => {
    const w = await world();
    const asked = () => w.net.seen.filter((m) => textOf(m, 70) === '101').length;
    const first = asked();
    w.clock.nowMs += TIMEOUTS.keyLifeMs - 60_000;
    await w.fleet.onTick();
    await w.deliver();
    expect(asked()).toBe(first);
    w.clock.nowMs += 120_000;
    await w.fleet.onTick();
    await w.deliver();
    expect(asked()).toBe(first + 1);
    expect(w.fleet.terminals()[0]).toMatchObject({ takVersion: 2, inService: true });
    w.clock.nowMs += 120_000;
    await w.fleet.onTick();
    expect(asked()).toBe(first + 1);
  });

  it('and goes out of it when its line is silent, and comes back', async () => {
    const w = await world();
    for (let i = 0; i < 6; i++) {
      w.clock.nowMs += 60_000;
      await w.fleet.onTick();
      w.sent.splice(0);
    }
    expect(w.fleet.isFree('ATM00001')).toBe(false);
    expect(await w.fleet.withdraw(ORDER)).toMatchObject({ refusal: 'TERMINAL_OUT_OF_SERVICE' });
    w.clock.nowMs += 60_000;
    await w.fleet.onTick();
    await w.deliver();
    expect(w.fleet.isFree('ATM00001')).toBe(true);
  });
});
