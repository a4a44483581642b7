import type { BusRecord } from '@pinfold/messages';
import { hold } from '../../../platform/src/testing/hold.js';
import { until } from '../../../platform/src/testing/until.js';
import { Outbox, type OutboxOptions } from './outbox.js';
import { LARGEST_SEND } from './settings.js';

const record = (text: string, bytes = 1): BusRecord => ({
  topic: 't',
  key: text,
  value: new Uint8Array(bytes),
  headers: {},
});
const keys = (records: readonly BusRecord[]) => records.map(({ key }) => key).join('');

function outbox(options: Partial<OutboxOptions>): Outbox {
  return new Outbox({
    produce: async () => {},
    isHopeless: () => false,
    capacity: 1_000_000,
    maxWaiting: 100,
    rounds: 3,
    pauseMs: 1,
    onFatal: () => {},
    ...options,
  });
}

describe('Outbox', () => {
  it('has one request under way, and sends together what came meanwhile, in order', async () => {
    const requests: string[] = [];
    let underWay = 0;
    const { held, release } = hold();
    const box = outbox({
      produce: async (records) => {
        underWay += 1;
        expect(underWay).toBe(1);
        await held;
        requests.push(keys(records));
        underWay -= 1;
      },
    });
    const first = box.send([record('a'), record('b')]);
    await until(() => underWay === 1);
    const more = [box.send([record('c')]), box.send([record('d'), record('e')])];
    release();
    await Promise.all([first, ...more]);
    expect(requests).toEqual(['ab', 'cde']);
    expect(box.sent).toBe(5);
    expect(box.queued).toBe(0);
  });

  it('sends the same again after a failure', async () => {
    const requests: string[] = [];
    const box = outbox({
      produce: async (records) => {
        requests.push(keys(records));
        if (requests.length < 3) throw new Error('unknown');
      },
    });
    await box.send([record('a')]);
    expect(requests).toEqual(['a', 'a', 'a']);
  });

  it('tells when it gives up, and does not repeat what is hopeless', async () => {
    const fatal: unknown[] = [];
    let requests = 0;
    const failing = {
      produce: async () => {
        requests += 1;
        throw new Error('no');
      },
      onFatal: (error: unknown) => fatal.push(error),
    };
    await expect(outbox(failing).send([record('a')])).rejects.toThrow('no');
    expect([requests, fatal.length]).toEqual([3, 1]);
    await expect(
      outbox({ ...failing, isHopeless: () => true }).send([record('a')]),
    ).rejects.toThrow();
    expect([requests, fatal.length]).toEqual([4, 1]);
  });

  it('cuts requests at their largest size, in records and in bytes', async () => {
    const sizes: number[] = [];
    const box = outbox({ produce: async (records) => void sizes.push(records.length) });
    await box.send(Array.from({ length: LARGEST_SEND.records + 1 }, () => record('a')));
    expect(sizes).toEqual([LARGEST_SEND.records, 1]);
    sizes.length = 0;
    const half = LARGEST_SEND.bytes / 2;
    await Promise.all(['a', 'b', 'c'].map((key) => box.send([record(key, half)])));
    expect(sizes).toEqual([1, 1, 1]);
  });

  it('makes senders wait at its limit, refuses those beyond, and lets the rest in', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const box = outbox({ capacity: 2, maxWaiting: 1, produce: () => held });
    const sends = [box.send([record('a'), record('b')]), box.send([record('c')])];
    await expect(box.send([record('d')])).rejects.toThrow(/too many/);
    expect([box.queued, box.waiting]).toEqual([2, 1]);
    release();
    await Promise.all(sends);
    expect([box.queued, box.waiting]).toEqual([0, 0]);
  });

  it('empties on close, and refuses what it cannot send in time', async () => {
    const box = outbox({ produce: () => new Promise((resolve) => setTimeout(resolve, 10)) });
    const sent = box.send([record('a')]);
    await box.close(1_000);
    await sent;
    await expect(box.send([record('b')])).rejects.toThrow(/closed/);
    const stuck = outbox({ produce: () => new Promise(() => {}) });
    void stuck.send([record('a')]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const late = stuck.send([record('b')]);
    const refused = expect(late).rejects.toThrow(/closed/);
    await stuck.close(20);
    await refused;
  });
});
