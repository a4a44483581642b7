/** What every bus must do: run against the embedded bus and against Kafka. */
import { type BusRecord, HEADERS, TOPICS } from '@pinfold/messages';
import { until } from '../../platform/src/testing/until.js';
import type { Bus } from './bus.js';
import { revive } from './delivery.js';

export interface BusUnderTest {
  /** A bus with quick pauses between tries; the suite closes it. */
  readonly open: () => Promise<Bus>;
  /** True when another bus sees what this one left. */
  readonly outlivesTheBus: boolean;
}

const encoder = new TextEncoder();
const textOf = (record: BusRecord): string => new TextDecoder().decode(record.value);

let names = 0;
/** Topics of their own for each test: Kafka keeps them between tests. */
const uniqueName = (stem: string): string => `${stem}.${process.pid}.${Date.now()}.${names++}`;

const record = (topic: string, key: string, text: string): BusRecord => ({
  topic,
  key,
  value: encoder.encode(text),
  headers: { type: 'test', schema: '1' },
});

export function busContract(name: string, { open, outlivesTheBus }: BusUnderTest): void {
  describe(`${name}: the contract of a bus`, () => {
    let bus: Bus;
    let topic: string;

    beforeEach(async () => {
      bus = await open();
      topic = uniqueName('contract');
      await bus.ensureTopics([topic, TOPICS.deadLetter], 3);
    });
    afterEach(() => bus.close());

    async function collect(group: string, on = topic): Promise<BusRecord[]> {
      const seen: BusRecord[] = [];
      await bus.subscribe({ topics: [on], group }, async (chunk) => {
        seen.push(...chunk);
      });
      return seen;
    }

    it('carries key, bytes and headers as they were', async () => {
      const seen = await collect(uniqueName('g'));
      const value = Uint8Array.from({ length: 256 }, (_, i) => i);
      const headers = { type: '0200', schema: '1', kid: 'atm.1', correlation: 'ä' };
      await bus.send([{ topic, key: 'k', value, headers }]);
      await until(() => seen.length === 1);
      expect(seen[0]).toMatchObject({ topic, key: 'k', headers });
      expect(Buffer.from(seen[0]!.value)).toEqual(Buffer.from(value));
    });

    it('keeps the order of each key, over many sends and partitions', async () => {
      const seen = await collect(uniqueName('g'));
      const sends: Promise<void>[] = [];
      for (let i = 0; i < 60; i += 1) {
        const batch = Array.from({ length: 10 }, (_, k) => record(topic, `key ${k}`, String(i)));
        sends.push(bus.send(batch));
      }
      await Promise.all(sends);
      await until(() => seen.length >= 600);
      for (let k = 0; k < 10; k += 1) {
        const own = seen.filter(({ key }) => key === `key ${k}`).map(textOf);
        expect(own).toEqual(Array.from({ length: 60 }, (_, i) => String(i)));
      }
    });

    it('gives each group everything, and each record to one subscription of a group', async () => {
      const shared = uniqueName('g');
      const [one, two, other] = [
        await collect(shared),
        await collect(shared),
        await collect(uniqueName('g')),
      ];
      await bus.send(Array.from({ length: 90 }, (_, i) => record(topic, `key ${i}`, String(i))));
      await until(() => one.length + two.length >= 90 && other.length >= 90);
      const texts = [...one, ...two].map(textOf);
      expect(new Set(texts).size).toBe(90);
      expect(texts).toHaveLength(90);
      expect(one.length).toBeGreaterThan(0);
      expect(two.length).toBeGreaterThan(0);
    });

    it('joins what has arrived into chunks, never above the limit, one at a time', async () => {
      const sizes: number[] = [];
      let atWork = 0;
      let most = 0;
      const group = uniqueName('g');
      await bus.subscribe({ topics: [topic], group, maxChunk: 20 }, async (chunk) => {
        atWork += 1;
        most = Math.max(most, atWork);
        sizes.push(chunk.length);
        await new Promise((resolve) => setTimeout(resolve, 5));
        atWork -= 1;
      });
      await bus.send(Array.from({ length: 100 }, (_, i) => record(topic, `key ${i}`, String(i))));
      await until(() => sizes.reduce((a, b) => a + b, 0) >= 100);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
      expect(sizes.length).toBeLessThan(20);
      expect(most).toBe(1);
    });

    it('keeps what was sent before the first subscription', async () => {
      await bus.send([record(topic, 'k', 'early')]);
      const seen = await collect(uniqueName('g'));
      await until(() => seen.length === 1);
      expect(textOf(seen[0]!)).toBe('early');
    });

    it('goes on where the group stopped', async () => {
      const group = uniqueName('g');
      const first: string[] = [];
      const subscription = await bus.subscribe({ topics: [topic], group }, async (chunk) => {
        first.push(...chunk.map(textOf));
      });
      await bus.send([record(topic, 'k', '1')]);
      await until(() => first.length === 1);
      await subscription.close();
      await bus.send([record(topic, 'k', '2')]);
      const second = await collect(group);
      await until(() => second.length > 0);
      expect(second.map(textOf)).toEqual(['2']);
      expect(first).toEqual(['1']);
    });

    it('tries a failed chunk again and loses nothing', async () => {
      const seen: string[] = [];
      let failures = 1;
      await bus.subscribe({ topics: [topic], group: uniqueName('g') }, async (chunk) => {
        if (failures-- > 0) throw new TypeError('once');
        seen.push(...chunk.map(textOf));
      });
      await bus.send([record(topic, 'k', '1'), record(topic, 'k', '2')]);
      await until(() => seen.length >= 2);
      expect(seen).toEqual(['1', '2']);
      expect(bus.counts()).toMatchObject({ deadLettered: 0 });
      expect(bus.counts().retried).toBeGreaterThan(0);
    });

    it('puts a poisoned record aside after three tries, and the rest goes on', async () => {
      const letters = await collect(uniqueName('g'), TOPICS.deadLetter);
      const seen: string[] = [];
      let triedAlone = 0;
      const group = uniqueName('g');
      await bus.subscribe({ topics: [topic], group }, async (chunk) => {
        if (chunk.some((r) => textOf(r) === 'poison')) {
          if (chunk.length === 1) triedAlone += 1;
          throw Object.assign(new RangeError('secret 4000000000000002'), { code: 'BAD_FIELD' });
        }
        seen.push(...chunk.map(textOf));
      });
      await bus.send(['before', 'poison', 'after'].map((text) => record(topic, 'k', text)));
      await until(
        () =>
          seen.includes('after') && letters.some((l) => l.headers['dead-letter-topic'] === topic),
      );
      expect(seen.filter((text) => text === 'before')).toHaveLength(1);
      // as a chunk it may have been alone already: then those tries count as well
      expect(triedAlone).toBeGreaterThanOrEqual(3);
      const letter = letters.find((l) => l.headers[HEADERS.deadLetterTopic] === topic)!;
      expect(letter.headers).toMatchObject({
        [HEADERS.deadLetterGroup]: group,
        [HEADERS.deadLetterReason]: 'RangeError BAD_FIELD',
        [HEADERS.deadLetterTries]: '3',
        type: 'test',
      });
      expect(JSON.stringify(letter.headers)).not.toContain('4000000000000002');
      expect(revive({ ...letter, value: Uint8Array.from(letter.value) })).toEqual(
        record(topic, 'k', 'poison'),
      );
    });

    it('waits out a failure that passes, without dead letters', async () => {
      const seen: string[] = [];
      let outages = 5;
      await bus.subscribe({ topics: [topic], group: uniqueName('g') }, async (chunk) => {
        if (outages-- > 0) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
        seen.push(...chunk.map(textOf));
      });
      await bus.send([record(topic, 'k', '1')]);
      await until(() => seen.length > 0);
      expect(seen).toEqual(['1']);
      expect(bus.counts().deadLettered).toBe(0);
    });

    it('gives a chunk that was interrupted by closing to the next of the group', async () => {
      const group = uniqueName('g');
      let tried = false;
      const stuck = await bus.subscribe({ topics: [topic], group }, async () => {
        tried = true;
        throw Object.assign(new Error('down'), { transient: true });
      });
      await bus.send([record(topic, 'k', '1'), record(topic, 'k', '2')]);
      await until(() => tried);
      await stuck.close();
      const seen = await collect(group);
      await until(() => seen.length >= 2);
      expect(seen.map(textOf)).toEqual(['1', '2']);
    });

    it('shows how far a group is', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let handled = 0;
      const group = uniqueName('g');
      const began = Date.now();
      await bus.subscribe({ topics: [topic], group }, async (chunk) => {
        await held;
        handled += chunk.length;
      });
      await bus.send([record(topic, 'a', '1'), record(topic, 'a', '2')]);
      const lag = () => bus.lag().find((row) => row.group === group && row.topic === topic)!;
      await until(() => lag().records >= 2);
      release();
      await until(() => lag().records === 0 && handled === 2);
      expect(lag().lastProgressMs).toBeGreaterThanOrEqual(began);
      expect(bus.counts()).toMatchObject({ sent: 2, delivered: 2 });
    });

    it('refuses to send when closed, and to an unknown topic', async () => {
      await expect(
        bus.subscribe({ topics: [`${topic}.no`], group: 'g' }, async () => {}),
      ).rejects.toThrow(/does not exist/);
      await expect(bus.send([record(`${topic}.no`, 'k', '1')])).rejects.toThrow(/does not exist/);
      await bus.close();
      await expect(bus.send([record(topic, 'k', '1')])).rejects.toThrow(/closed/);
    });

    it('loses nothing that has arrived when it is closed', async () => {
      const seen = new Set<string>();
      const group = uniqueName('g');
      const slowly = async (chunk: readonly BusRecord[]) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const one of chunk) seen.add(textOf(one));
      };
      await bus.subscribe({ topics: [topic], group, maxChunk: 10 }, slowly);
      await bus.send(Array.from({ length: 50 }, (_, i) => record(topic, `key ${i}`, String(i))));
      await until(() => bus.lag().some(({ records }) => records > 0) || seen.size > 0);
      await bus.close();
      if (outlivesTheBus && seen.size < 50) {
        bus = await open();
        await bus.subscribe({ topics: [topic], group }, slowly);
        await until(() => seen.size === 50);
      }
      expect(seen.size).toBe(50);
    });
  });
}
