/** Offsets and PVVs that nobody reads: rule M2.sealed-value on records of both methods. */
import { adjustOddParity } from '@pinfold/crypto';
import fc from 'fast-check';
import { ClearKey } from '../keys/clear-key.js';
import { MasterKeySet } from '../keys/master-keys.js';
import { Policy } from '../policy/policy.js';
import { seededRandom } from '../testing.js';
import { SEALED_VALUE_TEXT, ValueSeal } from './sealed-value.js';
import { type RecordFacts, VerificationRecords } from './verification-record.js';

const PAN = '4000000000000010';
const random = seededRandom('sealed value');
const masterKeys = MasterKeySet.random('hardened', 1, random);
const records = (without: readonly string[] = []) =>
  new VerificationRecords(new Policy('hardened', { without }), masterKeys, { random });
const header = {
  typed: true,
  part: 'key',
  type: 'P',
  usage: 'PGK',
  algorithm: 'T',
  lengthBytes: 16,
  exportability: 'E',
  checkValue: 'A1B2C3',
  masterKeyVersion: 1,
} as const;
const bytes = adjustOddParity(random(16));
const pvk = new ClearKey({ header, typeBit: -1, usageBit: -1, bytes });

const facts: readonly RecordFacts[] = [
  { method: 'ibm3624', pvki: 0, pinLength: 4, value: '4732', tableId: 'T1' },
  { method: 'ibm3624', pvki: 0, pinLength: 12, value: '473200001111', tableId: 'T1' },
  { method: 'visa-pvv', pvki: 1, pinLength: 6, value: '0815', tableId: '' },
];

describe('a sealed value', () => {
  it.each(facts)('is in no record to be read, and is never the same twice: %j', (own) => {
    const made = records();
    const [one, other] = [made.seal(own, PAN, pvk), made.seal(own, PAN, pvk)];
    for (const record of [one, other]) {
      expect(record.split('.')[4]).toMatch(new RegExp(`^[0-9A-F]{${SEALED_VALUE_TEXT}}$`));
      expect(made.open(record, PAN, pvk)).toMatchObject({ ...own, sealed: true });
      expect(made.open(record, '4000000000000028', pvk)).toBeUndefined();
    }
    expect(one.split('.')[4]).not.toBe(other.split('.')[4]);
  });

  it('is refused with any character changed', () => {
    const record = records().seal(facts[0]!, PAN, pvk);
    for (let at = 0; at < record.length; at++) {
      const other = record[at] === '0' ? '1' : '0';
      const altered = `${record.slice(0, at)}${other}${record.slice(at + 1)}`;
      expect(records().open(altered, PAN, pvk)).toBeUndefined();
    }
  });

  it('leaves records of before as they were', () => {
    const readable = records(['M2.sealed-value']).seal(facts[0]!, PAN, pvk);
    expect(readable).toMatch(/^1\.I\.-\.04\.4732\.T1\./);
    expect(records().open(readable, PAN, pvk)).toMatchObject({ value: '4732', sealed: false });
  });

  it('comes back for every value of 4 to 12 digits', () => {
    const seal = new ValueSeal(masterKeys);
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(digits, (value) => {
        const text = value.join('');
        expect(seal.open(seal.seal(text, PAN, random), PAN, text.length)).toBe(text);
      }),
    );
  });
});
