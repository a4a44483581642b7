import { Recent } from './recent.js';

describe('recent', () => {
  it('keeps what is asked for again, and forgets the rest', () => {
    const recent = new Recent<number>(10);
    for (let i = 0; i < 1_000; i++) {
      recent.set(`card ${i}`, i);
      if (i === 0) recent.set('terminal', -1);
      expect(recent.get('terminal')).toBe(-1);
    }
    expect(recent.get('card 999')).toBe(999);
    expect(recent.get('card 990')).toBe(990);
    expect(recent.get('card 900')).toBeUndefined();
  });

  it('holds at most two generations', () => {
    const recent = new Recent<number>(10);
    for (let i = 0; i < 95; i++) recent.set(String(i), i);
    expect(recent.size).toBeLessThanOrEqual(20);
  });

  it('takes the newest value of a key', () => {
    const recent = new Recent<number>(2);
    for (const value of [1, 2, 3, 4]) recent.set('key', value);
    expect(recent.get('key')).toBe(4);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.set('key', 5);
    expect(recent.get('key')).toBe(5);
  });

  it('refuses a limit below 1', () => {
    expect(() => new Recent(0)).toThrow(RangeError);
  });
});
