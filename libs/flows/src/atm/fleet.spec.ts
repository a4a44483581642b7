import { InputError } from '@pinfold/crypto';
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import type { BusRecord } from '@pinfold/messages';
import { type Observation, TIMEOUTS } from '../node.js';
import type { Dispenser } from './cassettes.js';
import { AtmFleet } from './fleet.js';
import { MemoryAtmStore } from './memory-store.js';
import type { WithdrawalOrder } from './order.js';
import {
  newTerminal,
  plainVault,
  plainWire,
  seededRandom,
  TestClock,
  TestSwitch,
} from './testing.js';

const ORDER: WithdrawalOrder = {
  terminal: 'ATM00001',
  pan: '4000000000000010',
  pin: '1234',
  expiry: '3012',
  amountMinor: 6_000n,
};

/** Set to a card number that the vault no longer opens. */
let lost: string | undefined;

interface World {
  clock: TestClock;
  store: MemoryAtmStore;
  net: TestSwitch;
  fleet: AtmFleet;
  /** Records on their way to the switch. */
  sent: BusRecord[];
  observed: Observation[];
  failSends: boolean;
  /** Answers everything that was sent. */
  deliver(): Promise<void>;
  restart(): Promise<void>;
  settle(): Promise<void>;
}

async function world(o: { terminals?: number; dispenser?: Dispenser } = {}): Promise<World> {
  const store = new MemoryAtmStore();
  const scheduled: (() => void)[] = [];
  const w = {
    clock: new TestClock(),
    store,
    net: new TestSwitch(),
    sent: [],
    observed: [],
    failSends: false,
  } as unknown as World;
  const build = () =>
    new AtmFleet(
      {
        clock: w.clock,
        random: seededRandom(3),
        store,
        wire: plainWire,
        vault: {
          ...plainVault,
          open: (sealed) => {
            const pan = plainVault.open(sealed);
            if (pan === lost) throw new Error(pan);
            return pan;
          },
        },
        send: async (records) => {
          if (w.failSends) throw new Error('bus away');
          w.sent.push(...records);
        },
        observe: (observation) => w.observed.push(observation),
        padStorageKey: () => new Uint8Array(32).fill(5),
        schedule: (run) => scheduled.push(run),
        dispenser: o.dispenser,
      },
      { acquirer: '100001', currency: '978' },
    );
  w.settle = async () => {
    for (const run of scheduled.splice(0)) run();
    for (let i = 0; i < 30; i++) await Promise.resolve();
  };
  w.deliver = async () => {
    await w.settle();
    const answers = w.sent.splice(0).flatMap((record) => w.net.answer(record) ?? []);
    await w.fleet.onAnswers(answers);
  };
  w.restart = async () => {
    w.fleet = build();
    await w.fleet.recover();
    for (let i = 0; i < 2; i++) {
      await w.fleet.onTick();
      await w.deliver();
    }
  };
  w.fleet = build();
  await w.fleet.recover();
  const ids = Array.from({ length: o.terminals ?? 1 }, (_, i) => `ATM0000${i + 1}`);
  expect(await w.fleet.install(ids.map(newTerminal))).toEqual({ ok: true, value: ids.length });
  for (let i = 0; i < 2; i++) {
    await w.fleet.onTick();
    await w.deliver();
  }
  return w;
}

const last = (w: World, mti: string): IsoMessage => w.net.seen.filter((m) => m.mti === mti).at(-1)!;
const journal = (w: World) => w.store.reconcilePage(undefined, 100);

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
    lost = pan;
    await w.fleet.onTick();
    lost = undefined;
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
