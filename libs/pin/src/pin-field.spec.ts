import fc from 'fast-check';
import {
  accountHi,
  accountLo,
  convertFieldHi,
  convertFieldLo,
  decodePinBlock,
  encodePinBlock,
  equalWords,
  firstFourDigits,
  type IsoControl,
  iso0PinLength,
  iso3PinLength,
  pinFieldLength,
  pinFieldLengthUnchecked,
  pinHi,
  pinLo,
} from './index.js';
import { bytesOfWords, nibblesText, wordAt } from './words.js';

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const controls = fc.constantFrom<IsoControl>(0, 1, 2, 3);
const nameOf = (control: IsoControl) => `iso${control}` as const;
const NO_PAN = '0000000000000';

describe('PIN fields as words', () => {
  it('accept exactly the blocks that the byte functions accept', () => {
    const length = fc.integer({ min: 0, max: 15 });
    const nibble = fc.oneof(fc.constantFrom(0xf, 0xa, 9, 0), fc.integer({ min: 0, max: 15 }));
    const body = fc.array(nibble, { minLength: 14, maxLength: 14 });
    fc.assert(
      fc.property(controls, controls, length, body, (control, said, pinLength, rest) => {
        const bytes = [(said << 4) | pinLength];
        // Digits where the length says so, most of the time, so that whole blocks come out right
        // often.
        const nibbles = rest.map((n, i) => (i < pinLength && n > 9 && rest[0]! !== 9 ? n - 6 : n));
        for (let i = 0; i < 14; i += 2) bytes.push((nibbles[i]! << 4) | nibbles[i + 1]!);
        const block = Uint8Array.from(bytes);
        const hi = wordAt(block, 0);
        const lo = wordAt(block, 4);
        const read = decodePinBlock({ format: nameOf(control), block, pan: NO_PAN });
        const found = pinFieldLength(control, hi, lo);
        expect(found).toBe(read.ok ? read.value.length : 0);
        if (found > 0) expect(pinFieldLengthUnchecked(control, hi)).toBe(found);
      }),
      { numRuns: 2000 },
    );
  });

  it('see each single fault of a good block', () => {
    for (const control of [0, 2, 3] as const) {
      for (let pin = 4; pin <= 12; pin++) {
        const good = encodePinBlock({
          format: nameOf(control),
          pin: '9'.repeat(pin),
          pan: NO_PAN,
          fill: 'F'.repeat(14 - pin),
        });
        const [hi, lo] = [wordAt(good, 0), wordAt(good, 4)];
        expect(pinFieldLength(control, hi, lo)).toBe(pin);
        for (let i = 2; i < 16; i++) {
          // A digit made C, a fill made 0: each breaks the format at that place alone.
          const mask = (i < 2 + pin ? 5 : 15) << (28 - 4 * (i % 8));
          const broken = i < 8 ? [hi ^ mask, lo] : [hi, lo ^ mask];
          expect(pinFieldLength(control, broken[0]!, broken[1]!)).toBe(0);
        }
        expect(pinFieldLength(control, hi ^ 0x40000000, lo)).toBe(0);
        expect(pinFieldLengthUnchecked(control, hi ^ 0x40000000)).toBe(0);
      }
    }
    for (const length of [0, 3, 13, 15]) {
      expect(pinFieldLength(1, (1 << 28) | (length << 24), 0)).toBe(0);
      expect(pinFieldLengthUnchecked(1, (1 << 28) | (length << 24))).toBe(0);
    }
  });

  it('take the account off as formats 0 and 3 put it on', () => {
    fc.assert(
      fc.property(digits(4, 12), digits(12, 19), (pin, pan) => {
        const zero = encodePinBlock({ format: 'iso0', pin, pan });
        const three = encodePinBlock({
          format: 'iso3',
          pin,
          pan,
          fill: 'ABCDEFABCDEF'.slice(0, 14 - pin.length).padEnd(14 - pin.length, 'B'),
        });
        const [panHi, panLo] = [accountHi(pan), accountLo(pan)];
        const [hi, lo] = [wordAt(zero, 0), wordAt(zero, 4)];
        expect(iso0PinLength(hi, lo, panHi, panLo)).toBe(pin.length);
        expect(iso3PinLength(wordAt(three, 0), wordAt(three, 4), panHi, panLo)).toBe(pin.length);
        const field = [hi ^ panHi, lo ^ panLo] as const;
        expect(nibblesText(0, firstFourDigits(field[0]), 12, 4)).toBe(pin.slice(0, 4));
        const packed = [pinHi(pin.length, ...field), pinLo(pin.length, field[1])] as const;
        expect(nibblesText(...packed, 0, 16)).toBe(pin.padEnd(16, '0'));
      }),
    );
  });

  it('convert to every format with the same PIN', () => {
    fc.assert(
      fc.property(controls, digits(4, 12), word, word, (to, pin, randomHi, randomLo) => {
        const from = encodePinBlock({ format: 'iso2', pin });
        const [hi, lo] = [wordAt(from, 0), wordAt(from, 4)];
        const outHi = convertFieldHi(to, pin.length, hi, randomHi);
        const outLo = convertFieldLo(to, pin.length, lo, randomLo);
        expect(pinFieldLength(to, outHi, outLo)).toBe(pin.length);
        const block = bytesOfWords(outHi, outLo);
        expect(decodePinBlock({ format: nameOf(to), block, pan: NO_PAN })).toEqual({
          ok: true,
          value: pin,
        });
      }),
    );
  });

  it('take the random bits as they are for format 1, and F for formats 0 and 2', () => {
    expect(convertFieldHi(1, 4, 0x24123400, 0x765432ab)).toBe(0x141234ab);
    expect(convertFieldLo(1, 4, 0, 0x12345678)).toBe(0x12345678);
    for (const to of [0, 2] as const) {
      expect(convertFieldHi(to, 4, 0x24123400, 0x765432ab)).toBe((to << 28) | 0x041234ff);
      expect(convertFieldLo(to, 4, 0, 0x12345678)).toBe(-1);
    }
  });

  it('use all six fill digits of format 3', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 16; n++) {
      const filled = convertFieldLo(3, 4, 0, Math.imul(n, 0x11111111));
      for (const digit of nibblesText(0, filled, 8, 8)) seen.add(digit);
    }
    expect([...seen].sort().join('')).toBe('ABCDEF');
  });

  it('compare pairs without a branch', () => {
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, d) => {
        expect(equalWords(a, b, a, b)).toBe(1);
        expect(equalWords(a, b, c, d)).toBe(a === c && b === d ? 1 : 0);
      }),
    );
    expect(equalWords(0, 0, -0x80000000, 0)).toBe(0);
    expect(equalWords(0, 1, 0, 0)).toBe(0);
  });
});
