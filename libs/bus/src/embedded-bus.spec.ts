import type { BusRecord } from '@pinfold/messages';
import { hold } from '../../platform/src/testing/hold.js';
import { until } from '../../platform/src/testing/until.js';
import { busContract } from './bus.contract.js';
import { EmbeddedBus } from './embedded-bus.js';
import { partitionOf } from './partition-of.js';
import { Ring } from './ring.js';

const delivery = { firstPauseMs: 1, longestPauseMs: 5 };

busContract('embedded bus', {
  outlivesTheBus: false,
  open: async () => new EmbeddedBus({ delivery }),
});

const record = (key: string, text = ''): BusRecord => ({
  topic: 't',
  key,
  value: new TextEncoder().encode(text),
  headers: {},
});
const many = (count: number, key: string) =>
  Array.from({ length: count }, (_, i) => record(key, String(i)));
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('EmbeddedBus', () => {
  it('makes senders wait when a queue is full, and lets them in when there is room', async () => {
    const bus = new EmbeddedBus({ capacity: 10, delivery });
    await bus.ensureTopics(['t'], 1);
    const { held, release } = hold();
    const seen: string[] = [];
    await bus.subscribe({ topics: ['t'], group: 'g', maxChunk: 4 }, async (chunk) => {
      await held;
      seen.push(...chunk.map(({ value }) => new TextDecoder().decode(value)));
    });
    let accepted = 0;
    const sends = Promise.all([
      bus.send(many(30, 'k')).then(() => (accepted += 1)),
      bus.send([record('k', 'last')]).then(() => (accepted += 1)),
    ]);
    await pause(20);
    expect(accepted).toBe(0);
    expect(bus.depth()).toEqual({ queued: 10, waiting: 2 });
    release();
    await sends;
    await bus.close();
    expect(seen).toEqual([...many(30, 'k').map((_, i) => String(i)), 'last']);
  });

  it('lets no later sender overtake one that waits', async () => {
    const bus = new EmbeddedBus({ capacity: 1, delivery });
    await bus.ensureTopics(['t'], 2);
    const keys = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
    const a = keys.find((key) => partitionOf(key, 2) === 0)!;
    const b = keys.find((key) => partitionOf(key, 2) === 1)!;
    const seen: string[] = [];
    await bus.subscribe({ topics: ['t'], group: 'g', maxChunk: 1 }, async (chunk) => {
      await pause(2);
      seen.push(...chunk.map(({ value }) => new TextDecoder().decode(value)));
    });
    await bus.send([record(a, 'a1')]);
    const sends = [bus.send([record(a, 'a2'), record(b, 'b1')]), bus.send([record(b, 'b2')])];
    await Promise.all(sends);
    await bus.close();
    expect(seen.filter((text) => text.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(seen.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2']);
  });

  it('keeps the order of a key when its partition moves to a new member of the group', async () => {
    const bus = new EmbeddedBus({ delivery });
    await bus.ensureTopics(['t'], 2);
    const key = ['k0', 'k1', 'k2', 'k3'].find((name) => partitionOf(name, 2) === 1)!;
    const seen: string[] = [];
    const handler = (name: string, ms: number) => async (chunk: readonly BusRecord[]) => {
      await pause(ms);
      for (const { value } of chunk) seen.push(`${name} ${new TextDecoder().decode(value)}`);
    };
    await bus.subscribe({ topics: ['t'], group: 'g' }, handler('one', 30));
    await bus.send([record(key, '1')]);
    await pause(5);
    await bus.subscribe({ topics: ['t'], group: 'g' }, handler('two', 0));
    await bus.send([record(key, '2')]);
    await bus.close();
    expect(seen).toEqual(['one 1', 'two 2']);
  });

  it('does not let one full topic hold up another', async () => {
    const bus = new EmbeddedBus({ capacity: 1, delivery, drainMs: 1 });
    await bus.ensureTopics(['t', 'u'], 1);
    await bus.subscribe({ topics: ['t'], group: 'g', maxChunk: 1 }, () => pause(300));
    const stuck = bus.send(many(10, 'k')).catch((error: Error) => error.message);
    await bus.send([{ ...record('k'), topic: 'u' }]);
    await bus.close();
    expect(await stuck).toBe('the bus is closed');
  });

  it('refuses senders beyond the limit of those that wait', async () => {
    const bus = new EmbeddedBus({ capacity: 1, maxWaiting: 3, drainMs: 1, delivery });
    await bus.ensureTopics(['t'], 1);
    await bus.subscribe({ topics: ['t'], group: 'g', maxChunk: 1 }, () => pause(100));
    await bus.send(many(1, 'k'));
    const waiting = [1, 2, 3].map(() => bus.send(many(1, 'k')).catch(() => 'closed'));
    await expect(bus.send(many(1, 'k'))).rejects.toThrow(/too many senders/);
    await bus.close();
    await Promise.all(waiting);
  });

  it('keeps the newest for a group that has gone, and counts what it dropped', async () => {
    const bus = new EmbeddedBus({ capacity: 5, delivery });
    await bus.ensureTopics(['t'], 1);
    const gone = await bus.subscribe({ topics: ['t'], group: 'g' }, async () => {});
    await gone.close();
    await bus.send(many(8, 'k'));
    expect(bus.counts().dropped).toBe(3);
    const seen: string[] = [];
    await bus.subscribe({ topics: ['t'], group: 'g' }, async (chunk) => {
      seen.push(...chunk.map(({ value }) => new TextDecoder().decode(value)));
    });
    await bus.close();
    expect(seen).toEqual(['3', '4', '5', '6', '7']);
  });

  it('keeps a few of the newest for a topic that nobody reads', async () => {
    const bus = new EmbeddedBus({ delivery });
    await bus.ensureTopics(['t'], 1);
    await bus.send(many(1_000, 'k'));
    const seen: string[] = [];
    await bus.subscribe({ topics: ['t'], group: 'g' }, async (chunk) => {
      seen.push(...chunk.map(({ value }) => new TextDecoder().decode(value)));
    });
    await bus.close();
    expect(seen).toHaveLength(256);
    expect(seen.at(-1)).toBe('999');
    expect(bus.counts().dropped).toBe(0);
  });

  it('ends the drain after its time', async () => {
    const bus = new EmbeddedBus({ drainMs: 30, delivery });
    await bus.ensureTopics(['t'], 1);
    await bus.subscribe({ topics: ['t'], group: 'g', maxChunk: 1 }, () => pause(25));
    await bus.send(many(50, 'k'));
    const began = Date.now();
    await bus.close();
    expect(Date.now() - began).toBeLessThan(500);
  });

  it('ends in time even when a handler never does', async () => {
    const bus = new EmbeddedBus({ drainMs: 20, delivery });
    await bus.ensureTopics(['t'], 1);
    await bus.subscribe({ topics: ['t'], group: 'g' }, () => new Promise(() => {}));
    await bus.send(many(1, 'k'));
    await bus.close();
    await expect(bus.send(many(1, 'k'))).rejects.toThrow(/closed/);
  });

  it('reports a failure that should pass and does not', async () => {
    let fatal: unknown;
    const bus = new EmbeddedBus({
      delivery: { ...delivery, transientLimitMs: 20 },
      drainMs: 10,
      onFatal: (error) => {
        fatal = error;
      },
    });
    await bus.ensureTopics(['t'], 1);
    await bus.subscribe({ topics: ['t'], group: 'g' }, async () => {
      throw Object.assign(new Error('down'), { transient: true });
    });
    await bus.send(many(1, 'k'));
    await until(() => fatal !== undefined);
    expect(fatal).toMatchObject({ code: 'DELIVERY_STUCK' });
    expect(bus.depth().queued).toBe(1);
    await bus.close();
  });

  it('counts the time without progress from the beginning of the work, not of the pause', async () => {
    let now = 1_000;
    const bus = new EmbeddedBus({ delivery, now: () => now });
    await bus.ensureTopics(['t'], 1);
    const work = hold();
    await bus.subscribe({ topics: ['t'], group: 'g' }, () => work.held);
    await pause(5);
    now = 900_000;
    await bus.send(many(1, 'k'));
    await pause(5);
    expect(bus.lag()).toEqual([{ group: 'g', topic: 't', records: 1, lastProgressMs: 900_000 }]);
    work.release();
    await bus.close();
  });

  it('spreads keys over partitions', () => {
    const counts = new Array(6).fill(0);
    for (let i = 0; i < 6000; i += 1) counts[partitionOf(`ATM${i}`, 6)] += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});

describe('Ring', () => {
  it('is a queue with a limit at one end', () => {
    const ring = new Ring<number>(100);
    for (let i = 0; i < 100; i += 1) expect(ring.push(i)).toBe(true);
    expect(ring.push(100)).toBe(false);
    expect(Array.from({ length: 60 }, () => ring.shift())).toEqual([...Array(60).keys()]);
    for (let i = 100; i < 160; i += 1) ring.push(i);
    ring.unshift(59);
    expect(ring.length).toBe(101);
    expect(Array.from({ length: 101 }, () => ring.shift())).toEqual(
      Array.from({ length: 101 }, (_, i) => 59 + i),
    );
    expect(ring.shift()).toBeUndefined();
  });
});
