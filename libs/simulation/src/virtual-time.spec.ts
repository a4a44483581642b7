import fc from 'fast-check';
import { Rng } from './rng.js';
import { VirtualTime } from './virtual-time.js';

describe('virtual time', () => {
  it('runs events in order of time, and of making within one moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 60 }), async (delays) => {
        const time = new VirtualTime(1_000);
        const seen: [number, number][] = [];
        delays.forEach((delay, i) => {
          time.at(delay, () => seen.push([time.now(), i]));
        });
        await time.runUntil(1_100);
        const expected = delays.map((delay, i) => [1_000 + delay, i] as [number, number]);
        expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(seen).toEqual(expected);
        expect(time.now()).toBe(1_100);
      }),
    );
  });

  it('lets a sleeper go on before the next event', async () => {
    const time = new VirtualTime(0);
    const seen: string[] = [];
    const sleeper = async () => {
      await time.sleep(5);
      seen.push('slept');
      await Promise.resolve();
      seen.push('went on');
    };
    void sleeper();
    time.at(5, () => seen.push('next'));
    await time.runUntil(10);
    expect(seen).toEqual(['slept', 'went on', 'next']);
  });

  it('leaves what is later', async () => {
    const time = new VirtualTime(0);
    let ran = false;
    time.at(11, () => {
      ran = true;
    });
    await time.runUntil(10);
    expect([ran, time.waiting]).toEqual([false, 1]);
  });
});

describe('seeded randomness', () => {
  it('repeats itself for a seed and stays in its ranges', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 99 }), (seed, width) => {
        const [a, b] = [new Rng(seed), new Rng(seed)];
        for (let i = 0; i < 20; i++) {
          const value = a.int(5, 5 + width);
          expect(value).toBe(b.int(5, 5 + width));
          expect(value >= 5 && value <= 5 + width).toBe(true);
        }
        expect(a.bytes(7)).toEqual(b.bytes(7));
      }),
    );
  });
});
