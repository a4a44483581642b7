/** Token buckets, and the limits on PIN failures: at the limit, over time, over a restart. */
import { DesKey } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import fc from 'fast-check';
import { Device } from '../device.js';
import { benchDevice, seededRandom, valued } from '../testing.js';
import { DEFAULT_PIN_LIMITS } from './pin-limits.js';
import { TokenBuckets } from './token-buckets.js';

describe('token buckets', () => {
  it('give their capacity at once, then one per refill, never more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 100 }),
        (capacity, refillMs, steps) => {
          const buckets = new TokenBuckets({ capacity, refillMs });
          let now = 0;
          let taken = 0;
          for (const step of steps) {
            now += step;
            if (buckets.take('a', now)) taken += 1;
          }
          expect(taken).toBeLessThanOrEqual(capacity + now / refillMs + 1e-6);
        },
      ),
    );
  });

  it('refill nothing when the clock goes back, and forget the oldest name at their bound', () => {
    const buckets = new TokenBuckets({ capacity: 1, refillMs: 1000 }, 2);
    expect(buckets.take('a', 5000)).toBe(true);
    expect(buckets.take('a', 0)).toBe(false);
    expect(buckets.hasToken('a', 0)).toBe(false);
    buckets.take('b', 5000);
    buckets.take('c', 5000);
    expect(buckets.size).toBe(2);
    expect(buckets.hasToken('a', 5000)).toBe(true);
  });
});

describe('limits on PIN failures', () => {
  const PAN = '4000000000000010';
  const made = new Map<string, Uint8Array>();
  const set = (limits = DEFAULT_PIN_LIMITS) => {
    const bench = benchDevice({
      limits,
      laboratory: { keyMade: ({ token, key }) => made.set(token, key) },
    });
    const { device, as, key } = bench;
    const pvk = key('P');
    const zpk = valued(
      device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK' }),
    ).key;
    const card = { pan: PAN, seed: 's', method: 'visa-pvv', pvk, pvki: '1' } as const;
    const { record } = valued(device.execute(as('production'), 'IssueDemoPin', card));
    const { pin } = valued(device.execute(as('production'), 'ShowDemoPin', card));
    const guess = (typed: string, on: Device = device) =>
      on.execute(on.session({ name: 'x', role: 'production' }), 'VerifyPin', {
        pinBlock: encryptPinBlock({
          format: 'iso0',
          key: DesKey.of(made.get(zpk)!),
          pin: typed,
          pan: PAN,
        }),
        pan: PAN,
        key: zpk,
        format: 'iso0',
        pvk,
        record,
      });
    const wrong = (i: number) => String((Number(pin) + 1 + i) % 10_000).padStart(4, '0');
    return { ...bench, pin, guess, wrong };
  };

  it('stop the search for a PIN, refuse the right one too, and let it in again later', () => {
    const { guess, wrong, pin, clock, lines } = set();
    const { capacity, refillMs } = DEFAULT_PIN_LIMITS.account;
    for (let i = 0; i < capacity; i++) expect(guess(wrong(i))).toMatchObject({ code: 'PIN_WRONG' });
    expect(guess(pin)).toMatchObject({ code: 'PIN_LIMIT', rule: 'M6.account-limit' });
    expect(lines.at(-1)).toContain('M6.account-limit');
    clock.time += refillMs;
    expect(guess(pin).ok).toBe(true);
  });

  it('stop repeats of one encrypted PIN block first', () => {
    const { guess, wrong } = set();
    const answers = Array.from({ length: 6 }, () => guess(wrong(0)));
    expect(answers.at(-1)).toMatchObject({ rule: 'M6.block-limit' });
  });

  it('stop a device that fails too often', () => {
    const { guess, wrong } = set({
      ...DEFAULT_PIN_LIMITS,
      device: { capacity: 2, refillMs: 60_000 },
    });
    const answers = [0, 1, 2].map((i) => guess(wrong(i)));
    expect(answers.at(-1)).toMatchObject({ rule: 'M6.device-limit' });
  });

  it('survive a restart', () => {
    const { device, guess, wrong, pin, clock } = set();
    for (let i = 0; i < DEFAULT_PIN_LIMITS.account.capacity; i++) guess(wrong(i));
    const key = new Uint8Array(32);
    const again = valued(
      Device.openState(device.sealState(key), key, { random: seededRandom('r'), clock }),
    );
    expect(guess(pin, again)).toMatchObject({ code: 'PIN_LIMIT' });
  });

  it('let 5,000 verifications a second with one wrong PIN in twenty pass, spread over cards', () => {
    const cards = 15_000;
    const { account, device } = DEFAULT_PIN_LIMITS;
    const perAccount = (5_000 * 0.05) / cards;
    expect(perAccount).toBeLessThanOrEqual(1000 / account.refillMs);
    expect(5_000 * 0.05).toBeLessThanOrEqual(1000 / device.refillMs);
  });
});
