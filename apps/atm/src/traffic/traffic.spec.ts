import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AtmFleet,
  ISSUERS,
  type WithdrawalOrder,
  type WithdrawalResult,
} from '@pinfold/flows';
import { padStorageKeys } from '../pad-keys.js';
import { demoCustomers, remembering } from './customers.js';
import { customersFile, readCustomers, writeCustomers } from './customers-file.js';
import { SeededRandom } from './seeded-random.js';
import { TrafficGenerator } from './traffic-generator.js';
import { DEFAULT_MIX, drawIntention, mistyped, requireMix } from './traffic-mix.js';

const customers = demoCustomers({
  issuers: ISSUERS,
  cardsPerIssuer: 3,
  pinsOf: async (pans) => pans.map((pan) => pan.slice(-4)),
});

describe('seeded numbers', () => {
  it('are the same for the same seed, others for another', () => {
    const draw = (seed: string) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 5 }, () => random.uint32());
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  it('are spread over what is asked for', () => {
    const random = new SeededRandom('spread');
    const counts = new Array(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[random.below(10)] += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (random.chance(0.25)) hits += 1;
    expect(hits).toBeGreaterThan(2_300);
    expect(hits).toBeLessThan(2_700);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });
});

describe('what customers do', () => {
  it('follows the shares of the mix', () => {
    const random = new SeededRandom('mix');
    const mix = { ...DEFAULT_MIX, wrongPinShare: 0.5, overLimitShare: 0.25 };
    const drawn = Array.from({ length: 2_000 }, () => drawIntention(random, { customers: 6, mix }));
    const share = (n: number) => n / drawn.length;
    expect(share(drawn.filter((d) => d.mistypes).length)).toBeCloseTo(0.5, 1);
    expect(share(drawn.filter((d) => d.amountMinor === mix.overLimitMinor).length)).toBeCloseTo(
      0.25,
      1,
    );
    expect(new Set(drawn.map((d) => d.customer)).size).toBe(6);
  });

  it('a mistyped PIN is another of the same length', () => {
    expect([mistyped('1234'), mistyped('0009')]).toEqual(['1235', '0000']);
  });

  it.each([{ wrongPinShare: 1.1 }, { overLimitShare: -1 }, { amounts: [] }])(
    '%o is refused',
    (bad) => {
      expect(() => requireMix({ ...DEFAULT_MIX, ...bad })).toThrow(RangeError);
    },
  );
});

describe('customers', () => {
  it('have the demo cards of all issuers in turn', () => {
    expect(customers.count).toBe(6);
    expect([0, 1, 2].map((i) => customers.card(i).pan.slice(0, 15))).toEqual([
      '400000000000001',
      '510000000000001',
      '400000000000002',
    ]);
  });

  it('are asked for their PIN once', async () => {
    let asked = 0;
    const kept = remembering({
      ...customers,
      pinsOf: (pans) => {
        asked += pans.length;
        return customers.pinsOf(pans);
      },
    });
    expect(await kept.pinsOf(['40001111', '40002222'])).toEqual(['1111', '2222']);
    expect(await kept.pinsOf(['40002222', '40001111', '40003333'])).toEqual([
      '2222',
      '1111',
      '3333',
    ]);
    expect(asked).toBe(3);
  });

  it('can be kept in a file that only the owner reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'customers-'));
    try {
      const cards = [{ pan: '4000000000000010', expiry: '3012', pin: '0123' }];
      expect(() => readCustomers(folder)).toThrow('is not there');
      writeCustomers(folder, cards);
      expect(statSync(customersFile(folder)).mode & 0o777).toBe(0o600);
      const read = readCustomers(folder);
      expect([read.count, read.card(0)]).toEqual([1, { pan: '4000000000000010', expiry: '3012' }]);
      expect(await read.pinsOf(['4000000000000010'])).toEqual(['0123']);
      writeFileSync(customersFile(folder), 'nonsense\n');
      expect(() => readCustomers(folder)).toThrow('damaged');
      const key = padStorageKeys(folder, (n) => new Uint8Array(n).fill(1))('ATM00001');
      const again = padStorageKeys(folder, (n) => new Uint8Array(n).fill(2));
      expect([...again('ATM00001')]).toEqual([...key]);
      expect([...again('ATM00002')]).not.toEqual([...key]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the generator', () => {
  const orders: WithdrawalOrder[] = [];
  let finish: (() => void)[] = [];
  let nowMs = 0;

  /** Terminals that hold a customer until the spec lets go. */
  function slowFleet(terminals: number): AtmFleet {
    const list = Array.from({ length: terminals }, (_, i) => `ATM0000${i + 1}`);
    return {
      terminals: () => list.map((terminal) => ({ terminal, inService: true, busy: false })),
      withdraw: (order: WithdrawalOrder) => {
        orders.push(order);
        return new Promise<WithdrawalResult>((resolve) => {
          const { terminal, amountMinor } = order;
          const result = {
            outcome: 'dispensed',
            terminal,
            amountMinor,
            dispensedMinor: amountMinor,
          };
          finish.push(() =>
            resolve({ ...result, responseCode: '00', stan: '', rrn: '' } as WithdrawalResult),
          );
        });
      },
    } as unknown as AtmFleet;
  }

  const generate = (terminals: number, lineMax?: number) => {
    orders.length = 0;
    finish = [];
    nowMs = 0;
    const options = { ratePerSecond: 100, seed: 'x', lineMax };
    const generator = new TrafficGenerator(slowFleet(terminals), customers, options, () => nowMs);
    generator.setRate(100);
    return generator;
  };

  it('lets customers come at the rate, whatever the terminals do', async () => {
    const generator = generate(2);
    nowMs = 100;
    await generator.step();
    expect(orders).toHaveLength(2);
    expect(generator.take().inside).toBe(10);
  });

  it('counts the wait from the moment that the customer meant to start', async () => {
    const generator = generate(1);
    nowMs = 20;
    await generator.step();
    nowMs = 1_010;
    finish[0]!();
    await new Promise((r) => setImmediate(r));
    const { dispensed, p50Ms } = generator.take();
    expect(dispensed).toBe(1);
    expect(p50Ms).toBeCloseTo(1_000, -1);
    expect(orders).toHaveLength(2);
  });

  it('turns away who comes when the line is full', async () => {
    const generator = generate(1, 3);
    nowMs = 100;
    await generator.step();
    expect(generator.take()).toMatchObject({ turnedAway: 7, inside: 3 });
  });

  it('does the same again with the same seed', async () => {
    const seen = [];
    for (let i = 0; i < 2; i++) {
      const generator = generate(9);
      nowMs = 90;
      await generator.step();
      seen.push(orders.map(({ pan, pin, amountMinor }) => `${pan} ${pin} ${amountMinor}`));
    }
    expect(seen[0]).toHaveLength(9);
    expect(seen[0]).toEqual(seen[1]);
  });
});
