/** Tokens and the cache of opened keys: what opens where, the bound, and what is wiped. */
import fc from 'fast-check';
import { MODES, Policy } from '../policy/policy.js';
import { seededRandom } from '../testing.js';
import { KeyStore, MIN_CACHED_KEYS, readySlot } from './key-store.js';
import { KEY_TYPE_NAMES } from './key-types.js';
import { MasterKeySet } from './master-keys.js';
import { USAGE_NAMES, USAGES, type UsageName } from './usages.js';

const random = seededRandom('key store');
const slotOf = (usage: UsageName) =>
  readySlot({ types: [USAGES[usage].type], usages: [usage], part: 'key' });

function store(mode: 'legacy' | 'hardened', capacity?: number, without: string[] = []) {
  const policy = new Policy(mode, { without });
  return new KeyStore(policy, MasterKeySet.random(mode, 1, random), { capacity });
}

describe('the cache of opened keys', () => {
  it.each(MODES)('is bounded and wipes what it evicts (%s)', (mode) => {
    const keys = store(mode, MIN_CACHED_KEYS);
    const sealed = Array.from({ length: 20 }, () => keys.seal(random(16), 'T', { usage: 'ZPK' }));
    const opened = sealed.map(({ token }) => keys.open(token, slotOf('ZPK'))!);
    expect(keys.size).toBe(MIN_CACHED_KEYS);
    const first = opened[0]!;
    expect(first.exposeBytes().every((byte) => byte === 0)).toBe(true);
    expect(() => first.des!.encryptionSchedule()).toThrow('wiped');
    expect(
      opened
        .at(-1)!
        .exposeBytes()
        .some((byte) => byte !== 0),
    ).toBe(true);
    keys.wipe();
    expect(keys.size).toBe(0);
    expect(
      opened
        .at(-1)!
        .exposeBytes()
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it.each(MODES)(
    'gives no key out again that was put out, though a slot opened it last (%s)',
    (mode) => {
      const keys = store(mode, MIN_CACHED_KEYS);
      const slot = slotOf('ZPK');
      const { token } = keys.seal(random(16), 'T', { usage: 'ZPK' });
      const first = keys.open(token, slot)!;
      const clear = Uint8Array.from(first.exposeBytes());
      for (let i = 0; i < 2 * MIN_CACHED_KEYS; i++) {
        keys.begin();
        // Through another slot, so that the first one still has its key at hand.
        keys.open(keys.seal(random(16), 'T', { usage: 'ZPK' }).token, slotOf('ZPK'));
      }
      expect(first.exposeBytes()).toEqual(new Uint8Array(16));
      const again = keys.open(token, slot)!;
      expect(again).not.toBe(first);
      expect(again.exposeBytes()).toEqual(clear);
      keys.wipe();
      expect(again.exposeBytes()).toEqual(new Uint8Array(16));
    },
  );

  it('bounds a batch to a fourth of its capacity', () => {
    expect(store('hardened', 100).safeBatch).toBe(25);
    expect(store('hardened', 1).safeBatch).toBe(MIN_CACHED_KEYS / 4);
  });
});

describe('hardened tokens', () => {
  const keys = store('hardened');
  const usages = fc.constantFrom(...USAGE_NAMES.filter((name) => name !== 'STOREDPIN'));

  it('open for their own type and usage alone', () => {
    fc.assert(
      fc.property(usages, usages, (made, asked) => {
        const { token } = keys.seal(random(16), 'T', { usage: made });
        expect(keys.open(token, slotOf(asked)) !== undefined).toBe(made === asked);
      }),
    );
  });

  it('are refused when one bit differs, when cut, and by another device', () => {
    const { token } = keys.seal(random(32), 'A', { usage: 'ZCK' });
    const slot = slotOf('ZCK');
    const digits = '0123456789ABCDEF';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(1, 2, 4, 8), (at, bit) => {
        const flipped = digits[digits.indexOf(token[at]!) ^ bit]!;
        const altered = token.slice(0, at) + flipped + token.slice(at + 1);
        expect(keys.open(altered, slot)).toBeUndefined();
      }),
    );
    for (let length = 0; length < token.length; length++) {
      expect(keys.open(token.slice(0, length), slot)).toBeUndefined();
    }
    expect(store('hardened').open(token, slot)).toBeUndefined();
    expect(keys.open(token.toLowerCase(), slot)).toBeUndefined();
    expect(keys.open(token, slot)).toBeDefined();
  });

  it('open elsewhere when the rule that binds them is off', () => {
    const loose = store('hardened', undefined, ['M12.type-bound']);
    const { token } = loose.seal(random(16), 'T', { usage: 'PVK' });
    expect(loose.open(token, slotOf('TMK'))).toBeDefined();
    const anyUsage = store('hardened', undefined, ['M9.one-usage']);
    const other = anyUsage.seal(random(16), 'T', { usage: 'PVK' }).token;
    expect(anyUsage.open(other, slotOf('PGK'))).toBeDefined();
    expect(anyUsage.open(other, slotOf('TMK'))).toBeUndefined();
  });
});

describe('legacy tokens', () => {
  it('open for any type, as one key under MK where TMK and P are concerned', () => {
    const keys = store('legacy');
    const { token } = keys.seal(random(16), 'T', { usage: 'PVK' });
    const [p, tmk] = (['PVK', 'TMK'] as const).map((usage) => keys.open(token, slotOf(usage))!);
    expect(tmk!.exposeBytes()).toEqual(p!.exposeBytes());
    for (const type of KEY_TYPE_NAMES) {
      expect(keys.open(token, readySlot({ types: [type], part: 'key' }))).toBeDefined();
    }
  });
});
