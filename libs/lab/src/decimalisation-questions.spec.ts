import { decimalise } from '@pinfold/pin';
import fc from 'fast-check';
import {
  addDigits,
  moved,
  passesTableCheck,
  subtractDigits,
  tableOf,
} from './decimalisation-questions.js';
import { DECIMALISATION_TABLE } from './laboratory.js';
import { packPin, patternOf } from './tree.js';

const digits = (n: number) => fc.stringMatching(new RegExp(`^[0-9]{${n}}$`));

describe('questions as tables', () => {
  it('have a table that passes the check, for each of the 511 subsets', () => {
    for (let subset = 1; subset < 512; subset++) {
      const { table } = tableOf({ subset, pattern: 0 }, DECIMALISATION_TABLE, true);
      expect(passesTableCheck(table)).toBe(true);
    }
  });

  it('are answered by the device as the pattern says', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9A-F]{4}$/),
        fc.integer({ min: 1, max: 511 }),
        fc.integer({ min: 0, max: 15 }),
        digits(4),
        fc.boolean(),
        (enciphered, subset, pattern, offset, check) => {
          const natural = decimalise(enciphered, DECIMALISATION_TABLE);
          const pin = addDigits(natural, offset);
          const question = { subset, pattern };
          const { table, shift } = tableOf(question, DECIMALISATION_TABLE, check);
          const asked = addDigits(decimalise(enciphered, table), moved(offset, question, -shift));
          expect(asked === pin).toBe(patternOf(packPin(natural), subset, 4) === pattern);
        },
      ),
    );
  });

  it('subtract what they add', () => {
    fc.assert(
      fc.property(digits(6), digits(6), (a, b) => {
        expect(subtractDigits(addDigits(a, b), b)).toBe(a);
      }),
    );
  });

  it('refuse tables with few digits', () => {
    expect(passesTableCheck(DECIMALISATION_TABLE)).toBe(true);
    expect(passesTableCheck('0'.repeat(16))).toBe(false);
    expect(passesTableCheck('0123456701234567')).toBe(true);
    expect(passesTableCheck('0000012345678999')).toBe(false);
  });
});
