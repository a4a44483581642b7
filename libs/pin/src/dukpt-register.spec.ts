/** The register of future keys that both kinds of DUKPT terminals share. */
import { fromHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError, wipedBy } from '../../crypto/src/testing.js';
import { DukptRegister, isUsableCounter, keyOfCounter, onesIn } from './index.js';

/** A scheme small enough to run to its end: the key is a text of the counters it came from. */
const toy = (counterBits: number, maxOnes: number) => ({
  counterBits,
  maxOnes,
  derive: (key: Uint8Array, counter: number) => Uint8Array.of(...key, counter),
});

describe('the register of a terminal', () => {
  it.each([
    [5, 2],
    [6, 3],
    [7, 7],
    [7, 1],
  ])(
    'of %d bits and at most %d ones gives every key of the host, in order, then refuses',
    (bits, ones) => {
      const scheme = toy(bits, ones);
      const register = new DukptRegister(scheme, new Uint8Array(0));
      const seen: number[] = [];
      for (let step = register.next(); step.ok; step = register.next()) {
        expect(step.value.key).toEqual(keyOfCounter(scheme, new Uint8Array(0), step.value.counter));
        seen.push(step.value.counter);
      }
      const usable = Array.from({ length: 2 ** bits }, (_, n) => n).filter((n) =>
        isUsableCounter(scheme, n),
      );
      expect(seen).toEqual(usable);
      expect(register.counter).toBeUndefined();
      expect(register.next()).toEqual({ ok: false, code: 'DUKPT_SPENT' });
    },
  );

  it('can be loaded at any counter that a terminal can send', () => {
    const scheme = toy(6, 3);
    for (let start = 1; start < 64; start++) {
      if (!isUsableCounter(scheme, start)) {
        expect(() => new DukptRegister(scheme, new Uint8Array(0), start)).toThrow(
          inputError('COUNTER_INVALID: counter must be one that a terminal can send'),
        );
        continue;
      }
      const register = new DukptRegister(scheme, new Uint8Array(0), start);
      for (let step = register.next(); step.ok; step = register.next()) {
        expect(step.value.key).toEqual(keyOfCounter(scheme, new Uint8Array(0), step.value.counter));
      }
    }
  });

  it('holds no key of the past, nor the initial one, wherever it starts', () => {
    const scheme = toy(6, 3);
    for (let start = 1; start < 64; start++) {
      if (!isUsableCounter(scheme, start)) continue;
      const register = new DukptRegister(scheme, Uint8Array.of(0xaa), start);
      const held = wipedBy(() => register.wipe()).map((hex) => [...fromHex(hex)]);
      const future = Array.from({ length: 6 }, (_, bit) => 2 ** bit).filter(
        (bit) => Math.floor(start / bit) % 2 === 0 || start % bit === 0,
      );
      // One key for each bit that a counter from here on can have as its lowest.
      expect(held.map((key) => key.at(-1)! & -key.at(-1)!)).toEqual(
        future.filter((bit) => Math.ceil(start / bit) * bit < 64),
      );
      for (const key of held) expect(key.at(-1)).toBeGreaterThanOrEqual(start);
    }
  });

  it('is erased by wipe', () => {
    const register = new DukptRegister(toy(5, 2), new Uint8Array(2));
    register.next();
    register.wipe();
    expect(register.next().ok).toBe(false);
  });

  it.each([0, 1.5, 64, -1, Number.NaN])('refuses to start at %p', (start) =>
    expect(() => new DukptRegister(toy(6, 3), new Uint8Array(0), start)).toThrow(
      inputError('COUNTER_INVALID: counter must be one that a terminal can send'),
    ),
  );
});

it('counts ones of unsigned 32-bit numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
      expect(onesIn(n)).toBe(n.toString(2).replaceAll('0', '').length);
    }),
  );
});
