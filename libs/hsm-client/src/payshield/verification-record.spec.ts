import { testRecords } from './testing.js';
import {
  openRecord,
  sealRecord,
  type VerificationRecord,
  validationDataFor,
} from './verification-record.js';

const pan = '4000000000000010';
const RECORDS: VerificationRecord[] = [
  { method: 'visa-pvv', pvki: '0', pvv: '0042' },
  {
    method: 'ibm3624',
    checkLength: '04',
    offset: '0042FFFFFFFF',
    validationData: '4000000000N0',
  },
];

it.each(RECORDS)('is read back for its account alone: $method', (record) => {
  const seal = testRecords();
  const sealed = sealRecord(seal, pan, record);
  expect(openRecord(seal, pan, sealed)).toEqual(record);
  expect(openRecord(seal, '4000000000000028', sealed)).toBeUndefined();
  expect(openRecord(testRecords(), pan, sealed)).toBeUndefined();
});

it.each([
  '',
  'V;1;123',
  'V;1;12345',
  'V;x;1234',
  'V;1;1234;',
  'I;04;1234FFFFFFFF',
  'I;4;1234FFFFFFFF;4000000000N0',
  'I;04;1234FFFFFFFF;4000000000N',
  'I;04;12FF;4000000000N0',
  'X;1;1234',
])('is no record: %j', (text) => {
  const seal = testRecords();
  expect(openRecord(seal, pan, seal.seal(pan, text))).toBeUndefined();
});

it.each([
  ['4000000000000010', '4000000000N0'],
  ['123456789012', '123456N2FFFF'],
  ['1234567890123456789', '4567890123N9'],
])('has the validation data of %s as %s', (number, data) => {
  expect(validationDataFor(number)).toBe(data);
});
