import type { BusRecord } from '@pinfold/messages';
import { hold } from '../../../platform/src/testing/hold.js';
import { until } from '../../../platform/src/testing/until.js';
import { Interrupted } from '../delivery.js';
import { Joiner } from './joiner.js';
import { Positions } from './positions.js';
import { toMessage, toRecord } from './record-map.js';
import { StallWatch } from './stall-watch.js';

const record = (key: string): BusRecord => ({
  topic: 't',
  key,
  value: new Uint8Array([1]),
  headers: {},
});

describe('Joiner', () => {
  it('joins the offers of several partitions, up to the limit', async () => {
    const chunks: string[] = [];
    const joiner = new Joiner(4, async (chunk) => {
      chunks.push(chunk.map(({ key }) => key).join(''));
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
    const offers = [['a', 'b'], ['c'], ['d', 'e'], ['f']].map((keys) =>
      joiner.offer(keys.map(record)),
    );
    await Promise.all(offers);
    expect(chunks).toEqual(['abc', 'def']);
    expect(joiner.isIdle).toBe(true);
  });

  it('fails all offers of a chunk that failed, and goes on with the next', async () => {
    let calls = 0;
    const joiner = new Joiner(2, async () => {
      calls += 1;
      if (calls === 1) throw new Error('no');
    });
    const settled = await Promise.allSettled(
      ['a', 'b', 'c'].map((key) => joiner.offer([record(key)])),
    );
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('interrupts what waits when it is closed', async () => {
    const { held, release } = hold();
    let begun = false;
    const joiner = new Joiner(1, () => {
      begun = true;
      return held;
    });
    const first = joiner.offer([record('a')]);
    await until(() => begun);
    const second = expect(joiner.offer([record('b')])).rejects.toThrow(Interrupted);
    const closed = joiner.close();
    release();
    await closed;
    await Promise.all([first, second]);
    await expect(joiner.offer([record('c')])).rejects.toThrow(Interrupted);
  });
});

describe('Positions', () => {
  it('counts what is behind, and commits only what was handled', () => {
    const positions = new Positions();
    positions.fetched('t', 0, '10', '15');
    positions.fetched('t', 1, '0', '2');
    positions.handled('t', 0, '12');
    expect(positions.lag('g', ['t', 'u'], 7)).toEqual([
      { group: 'g', topic: 't', records: 4, lastProgressMs: 7 },
      { group: 'g', topic: 'u', records: 0, lastProgressMs: 7 },
    ]);
    expect(positions.toCommit()).toEqual([{ topic: 't', partition: 0, offset: '13' }]);
    positions.clear();
    expect(positions.toCommit()).toEqual([]);
  });
});

describe('StallWatch', () => {
  function watched(isBusy: () => boolean = () => false) {
    const seen = { now: 0, replaced: 0, fatal: 0 };
    const watch = new StallWatch({
      stallMs: 100,
      limit: 2,
      now: () => seen.now,
      isBusy,
      replace: () => (seen.replaced += 1),
      onFatal: () => (seen.fatal += 1),
    });
    const lookAt = (now: number) => {
      seen.now = now;
      watch.look();
    };
    return { seen, watch, lookAt };
  }

  it('replaces a consumer that does not fetch, then gives up', () => {
    const { seen, lookAt } = watched();
    for (const now of [99, 100, 150, 200, 299]) lookAt(now);
    expect(seen).toMatchObject({ replaced: 2, fatal: 0 });
    lookAt(300);
    expect(seen).toMatchObject({ replaced: 2, fatal: 1 });
  });

  it('leaves alone what fetches or works', () => {
    const fetching = watched();
    for (let now = 0; now < 1000; now += 90) {
      fetching.lookAt(now);
      fetching.watch.sign();
    }
    expect(fetching.seen.replaced).toBe(0);
    const working = watched(() => true);
    for (let now = 0; now < 1000; now += 90) working.lookAt(now);
    expect(working.seen.replaced).toBe(0);
  });
});

describe('records as Kafka messages', () => {
  it('keep a part of a larger buffer apart, and take the last of repeated headers', () => {
    const value = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
    const message = toMessage({ topic: 't', key: 'k', value, headers: { a: '1' } });
    expect(message.value).toEqual(Buffer.from([1, 2]));
    const headers = { a: [Buffer.from('1'), 'ä'], b: Buffer.from('ß'), c: undefined };
    const read = toRecord('t', { key: null, value: null, headers } as never);
    expect(read).toEqual({
      topic: 't',
      key: '',
      value: Buffer.alloc(0),
      headers: { a: 'ä', b: 'ß' },
    });
  });
});
