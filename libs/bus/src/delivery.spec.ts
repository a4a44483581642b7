import { type BusRecord, TOPICS } from '@pinfold/messages';
import { Delivery, type DeliveryOptions, DeliveryStuck, Interrupted } from './delivery.js';

const record = (key: string, topic = 't'): BusRecord => ({
  topic,
  key,
  value: new Uint8Array(),
  headers: {},
});

function delivery(handle: (keys: string) => void, options: DeliveryOptions = {}) {
  const calls: string[] = [];
  const letters: BusRecord[] = [];
  const made = new Delivery({
    group: 'g',
    handler: async (chunk) => {
      const keys = chunk.map(({ key }) => key).join('');
      calls.push(keys);
      handle(keys);
    },
    sendDeadLetter: async (letter) => void letters.push(letter),
    options: { firstPauseMs: 1, longestPauseMs: 2, ...options },
  });
  return { made, calls, letters };
}

const outage = Object.assign(new Error('down'), { transient: true });

describe('Delivery', () => {
  it('goes from the chunk to the chunk again to one by one, and buries what fails', async () => {
    const { made, calls, letters } = delivery((keys) => {
      if (keys.includes('x')) throw new TypeError();
    });
    await made.deliver(['a', 'x', 'b'].map((key) => record(key)));
    expect(calls).toEqual(['axb', 'axb', 'a', 'x', 'x', 'x', 'b']);
    expect(letters.map(({ key }) => key)).toEqual(['x']);
    expect(made).toMatchObject({ delivered: 2, deadLettered: 1 });
  });

  it('counts no outage as a try, also in the middle of one by one', async () => {
    let alone = 0;
    const { made, calls, letters } = delivery((keys) => {
      if (keys === 'xa') throw new TypeError();
      if (keys === 'x') {
        alone += 1;
        throw alone === 2 ? outage : new TypeError();
      }
    });
    await made.deliver([record('x'), record('a')]);
    expect(calls).toEqual(['xa', 'xa', 'x', 'x', 'x', 'x', 'a']);
    expect(letters).toHaveLength(1);
  });

  it('gives up on an outage only after its limit', async () => {
    const { made } = delivery(
      () => {
        throw outage;
      },
      { transientLimitMs: 10 },
    );
    await expect(made.deliver([record('a')])).rejects.toThrow(DeliveryStuck);
  });

  it('ends a pause when it is ended', async () => {
    const { made } = delivery(
      () => {
        throw outage;
      },
      { firstPauseMs: 60_000 },
    );
    const waiting = expect(made.deliver([record('a')])).rejects.toThrow(Interrupted);
    await new Promise((resolve) => setTimeout(resolve, 5));
    made.end();
    await waiting;
    await expect(made.deliver([record('a')])).rejects.toThrow(Interrupted);
  });

  it('does not bury what comes from the dead-letter topic again', async () => {
    const { made, letters } = delivery(() => {
      throw new TypeError();
    });
    await made.deliver([record('a', TOPICS.deadLetter)]);
    expect(letters).toEqual([]);
    expect(made.deadLettered).toBe(1);
  });

  it('tells what it does', async () => {
    const told: string[] = [];
    const { made } = delivery(
      () => {
        throw new TypeError();
      },
      {
        tries: 1,
        onRetry: (group) => told.push(`retry ${group}`),
        onDeadLetter: (group, { key }) => told.push(`dead ${group} ${key}`),
      },
    );
    await made.deliver([record('a')]);
    expect(told).toEqual(['retry g', 'retry g', 'dead g a']);
  });
});
