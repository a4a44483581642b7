import { fromHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  COMMON_DECIMALISATION_TABLE,
  decimalisationTable,
  decimalise,
  decimaliseWord,
  visaDecimaliseWords,
} from './index.js';
import { nibblesText, wordAt } from './words.js';

const digits = (min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const hex16 = fc.string({
  unit: fc.constantFrom(...'0123456789ABCDEF'),
  minLength: 16,
  maxLength: 16,
});

describe('decimalisation', () => {
  it('maps each digit through the table', () => {
    expect(decimalise('0123456789abcdefABCDEF', '9876543210123456')).toBe('9876543210123456123456');
    expect(decimalise('3F7C', decimalisationTable('0123456789012345'))).toBe('3572');
  });

  it('maps words as it maps text', () => {
    fc.assert(
      fc.property(hex16, digits(16), (hex, text) => {
        const table = decimalisationTable(text);
        const data = fromHex(hex);
        const hi = decimaliseWord(wordAt(data, 0), table);
        const lo = decimaliseWord(wordAt(data, 4), table);
        expect(nibblesText(hi, lo, 0, 16)).toBe(decimalise(hex, table));
      }),
    );
  });

  it('takes decimal digits first, then A to F less ten (Visa)', () => {
    expect(visaDecimaliseWords(0xabcdef12 | 0, 0x3fffffff, 4)).toBe(0x1230);
    expect(visaDecimaliseWords(-1, -1, 4)).toBe(0x5555);
    expect(visaDecimaliseWords(0x12345678, 0, 4)).toBe(0x1234);
    expect(visaDecimaliseWords(-1, 0xfffffff7 | 0, 3)).toBe(0x755);
    expect(visaDecimaliseWords(0xabcdefab | 0, 0xabcdefab | 0, 7)).toBe(0x0123450);
    // Zeros are digits too: the search ends after four of them.
    expect(visaDecimaliseWords(0x00001234, 0, 4)).toBe(0);
    expect(visaDecimaliseWords(0xffff0000 | 0, 0x56789fff, 7)).toBe(0x0000567);
    expect(visaDecimaliseWords(-1, 0x12345678, 7)).toBe(0x1234567);
    expect(visaDecimaliseWords(0xfffffff1 | 0, 0xaaaaaaa2 | 0, 3)).toBe(0x125);
  });

  it('takes what Visa describes in words, from any block and for any count', () => {
    const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 7 }), (hi, lo, count) => {
        const hex = nibblesText(hi, lo, 0, 16);
        const letters = [...hex.replace(/\d/g, '')].map(
          (letter) => Number.parseInt(letter, 16) - 10,
        );
        const digits = (hex.replace(/[A-F]/g, '') + letters.join('')).slice(0, count);
        expect(visaDecimaliseWords(hi, lo, count)).toBe(Number.parseInt(digits, 16));
      }),
    );
  });

  it('has a common table, and checks every table that is given as text', () => {
    expect(decimalise('0123456789ABCDEF', COMMON_DECIMALISATION_TABLE)).toBe('0123456789012345');
    expect(() => decimalise('0', '012345678901234')).toThrow(
      inputError('DECIMALISATION_TABLE_INVALID: a decimalisation table must be 16 decimal digits'),
    );
  });

  it.each(['', 'G', '0'.repeat(33), 5 as unknown as string])('refuses %p', (hex) =>
    expect(() => decimalise(hex, '0123456789012345')).toThrow(
      inputError('HEX_INVALID: hex must be 1 to 32 hexadecimal digits'),
    ),
  );
});
