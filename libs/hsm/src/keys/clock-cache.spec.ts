/** The bound of the cache, second chances, and that a call keeps what it uses. */
import fc from 'fast-check';
import { CacheEntry, ClockCache } from './clock-cache.js';

class Entry extends CacheEntry {
  evicted = 0;
}

function cacheOf(max: number) {
  return new ClockCache<Entry>(max, (entry) => {
    entry.evicted++;
  });
}

it('holds at most as many as it has places, and tells each eviction once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 200 }), (names) => {
      const cache = cacheOf(8);
      const made: Entry[] = [];
      for (const name of names) {
        cache.begin();
        if (cache.get(`${name}`) !== undefined) continue;
        const entry = new Entry();
        made.push(entry);
        cache.set(`${name}`, entry);
        expect(cache.get(`${name}`)).toBe(entry);
      }
      expect(cache.size).toBe(Math.min(8, new Set(names).size));
      expect(made.filter(({ evicted }) => evicted === 0)).toHaveLength(cache.size);
      cache.clear();
      expect(cache.size).toBe(0);
      expect(made.every(({ evicted }) => evicted === 1)).toBe(true);
    }),
  );
});

it('evicts nothing that the present call used while anything else is there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { maxLength: 40 }),
      fc.uniqueArray(fc.nat(60), { maxLength: 8 }),
      (before, present) => {
        const cache = cacheOf(8);
        const use = (name: number) => {
          const found = cache.get(`${name}`) ?? new Entry();
          if (found.cachedAs === '') cache.set(`${name}`, found);
          return found;
        };
        for (const name of before) {
          cache.begin();
          use(name);
        }
        cache.begin();
        const held = present.map(use);
        expect(held.every(({ evicted }) => evicted === 0)).toBe(true);
      },
    ),
  );
});

it('gives what was used since the hand passed a second chance', () => {
  const cache = cacheOf(2);
  const [a, b, c, d] = [new Entry(), new Entry(), new Entry(), new Entry()];
  cache.set('a', a);
  cache.set('b', b);
  cache.begin();
  cache.set('c', c);
  cache.begin();
  expect(cache.get('b')).toBe(b);
  cache.begin();
  cache.set('d', d);
  expect([a.evicted, b.evicted, c.evicted, d.evicted].reduce((sum, n) => sum + n, 0)).toBe(2);
  expect(a.evicted).toBe(1);
});

it('replaces an entry of the same name', () => {
  const cache = cacheOf(2);
  const [a, b] = [new Entry(), new Entry()];
  cache.set('x', a);
  cache.set('x', b);
  expect([a.evicted, b.evicted, cache.size]).toEqual([1, 0, 1]);
  expect(cache.get('x')).toBe(b);
});
