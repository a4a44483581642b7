/** Packing of short texts: what is let through, and the words. */
import fc from 'fast-check';
import { PackedText } from './packed-text.js';

const digits = new PackedText({ min: 4, max: 12, hex: false });
const hex = new PackedText({ min: 16, max: 16, hex: true });

it('lets through what a pattern would, and packs it', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[0-9]{2,14}$/),
    fc.stringMatching(/^[0-9A-F]{15,17}$/),
    fc.stringMatching(/^[0-9A-Ga-f:;@/`]{4,16}$/),
  );
  fc.assert(
    fc.property(text, (value) => {
      for (const [packed, pattern] of [
        [digits, /^[0-9]{4,12}$/],
        [hex, /^[0-9A-F]{16}$/],
      ] as const) {
        expect(packed.read(value)).toBe(pattern.test(value));
        expect(packed.read(value)).toBe(pattern.test(value));
        if (!pattern.test(value)) continue;
        const all = value.padEnd(16, '0');
        expect(packed.length).toBe(value.length);
        expect(packed.hi).toBe(Number.parseInt(all.slice(0, 8), 16) | 0);
        expect(packed.lo).toBe(Number.parseInt(all.slice(8), 16) | 0);
      }
    }),
    { numRuns: 500 },
  );
});

it.each([undefined, null, 1234, {}, [], Uint8Array.of(48, 48, 48, 48)])('refuses %p', (value) => {
  expect(new PackedText({ min: 4, max: 12, hex: false }).read(value)).toBe(false);
  expect(digits.read(value)).toBe(false);
});
