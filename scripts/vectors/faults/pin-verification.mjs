/** IBM 3624 and PVV: inputs one short and one long, and every wrong digit. */
import { mismatches, published, refusals } from './table.mjs';

const ibm = published('pin-verification.json', 'ibm3624')[0];
const pvv = published('pin-verification.json', 'pvv')[0];
/** The published natural PIN, as a PIN and an offset that verify. */
const verified = { ...ibm, pin: '5635', offset: '1111' };

const sixteen = (text, code) => [
  ['15', text.slice(0, 15), code],
  ['17', `${text}0`, code],
  ['none', '', code],
];

function wrongDigits(text) {
  return [...text].flatMap((digit, at) =>
    Array.from({ length: 9 }, (_, i) => {
      const other = (Number(digit) + 1 + i) % 10;
      return [`digit-${at + 1}-${other}`, text.slice(0, at) + other + text.slice(at + 1)];
    }),
  );
}

const digits = (values, code) => values.map((value) => [`length-${value.length}`, value, code]);
const PINS = ['', '123', '1234567890123'];
const PANS = ['', '11223344556', '11223344556677889900'];

export const pinVerification = {
  source: 'scripts/vectors/faults/pin-verification.mjs: published cases, each with one fault',
  notes:
    'Operations as in pin-verification.json; ibm3624-verify and pvv-verify tell whether a PIN is right (valid). Refused inputs carry the reason that Pinfold gives.',
  tables: [
    refusals({
      id: 'ibm3624',
      base: ibm,
      input: 'decimalisationTable',
      rows: [
        ...sixteen('1234567890123456', 'DECIMALISATION_TABLE_INVALID'),
        ['hex', '123456789012345A', 'DECIMALISATION_TABLE_INVALID'],
        ['space', '123456789012345 ', 'DECIMALISATION_TABLE_INVALID'],
      ],
    }),
    refusals({
      id: 'ibm3624',
      base: ibm,
      input: 'validationData',
      rows: [
        ...sixteen('1122334455667788', 'VALIDATION_DATA_INVALID'),
        ['not-hex', '112233445566778G', 'VALIDATION_DATA_INVALID'],
      ],
    }),
    refusals({
      id: 'ibm3624',
      base: ibm,
      input: 'offset',
      rows: [
        ...digits(['000', '0000000000000'], 'OFFSET_INVALID'),
        ['hex', '000A', 'OFFSET_INVALID'],
      ],
    }),
    refusals({
      id: 'ibm3624',
      base: { ...ibm, offset: undefined, pin: '1234' },
      input: 'pin',
      rows: [...digits(['123', '1234567890123'], 'PIN_INVALID'), ['hex', '12A4', 'PIN_INVALID']],
    }),
    refusals({
      id: 'ibm3624',
      base: ibm,
      input: 'pvk',
      rows: [
        ['7-bytes', ibm.pvk.slice(0, 14), 'KEY_LENGTH'],
        ['15-bytes', ibm.pvk.slice(2), 'KEY_LENGTH'],
        ['17-bytes', `${ibm.pvk}00`, 'KEY_LENGTH'],
        ['25-bytes', `${ibm.pvk.repeat(2).slice(0, 48)}00`, 'KEY_LENGTH'],
        ['none', '', 'KEY_LENGTH'],
      ],
    }),
    mismatches({
      id: 'ibm3624',
      op: 'ibm3624-verify',
      base: verified,
      input: 'pin',
      rows: wrongDigits(verified.pin),
    }),
    mismatches({
      id: 'ibm3624',
      op: 'ibm3624-verify',
      base: verified,
      input: 'offset',
      rows: wrongDigits(verified.offset),
    }),
    refusals({
      id: 'verify',
      op: 'ibm3624-verify',
      base: verified,
      input: 'offset',
      rows: [
        ['longer-than-the-pin', '11111', 'OFFSET_LENGTH_INVALID'],
        ['3-digits', '111', 'OFFSET_INVALID'],
      ],
    }),
    refusals({ id: 'pvv', base: pvv, input: 'pin', rows: digits(PINS, 'PIN_INVALID') }),
    refusals({ id: 'pvv', base: pvv, input: 'pan', rows: digits(PANS, 'PAN_INVALID') }),
    refusals({
      id: 'pvv',
      base: pvv,
      input: 'pvki',
      rows: [
        ['none', '', 'PVKI_INVALID'],
        ['2-digits', '10', 'PVKI_INVALID'],
        ['letter', 'A', 'PVKI_INVALID'],
      ],
    }),
    mismatches({
      id: 'pvv',
      op: 'pvv-verify',
      base: { ...pvv, pvv: pvv.expect.pvv },
      input: 'pvv',
      rows: wrongDigits(pvv.expect.pvv),
    }),
    refusals({
      id: 'pvv',
      op: 'pvv-verify',
      base: { ...pvv, pvv: pvv.expect.pvv },
      input: 'pvv',
      rows: [
        ['3-digits', '852', 'PVV_INVALID'],
        ['5-digits', '85230', 'PVV_INVALID'],
        ['letter', '852A', 'PVV_INVALID'],
      ],
    }),
    refusals({
      id: 'template',
      base: { template: '1234567890N9', account: '400000123456' },
      op: 'validation-data',
      input: 'template',
      rows: [
        ['11', '1234567890N', 'VALIDATION_DATA_INVALID'],
        ['13', '1234567890N99', 'VALIDATION_DATA_INVALID'],
        ['two-n', '12345N7890N9', 'VALIDATION_DATA_INVALID'],
        ['letter', '1234567890NG', 'VALIDATION_DATA_INVALID'],
      ],
    }),
    refusals({
      id: 'template',
      base: { template: '1234567890N9', account: '400000123456' },
      op: 'validation-data',
      input: 'account',
      rows: [
        ['11', '40000012345', 'ACCOUNT_INVALID'],
        ['13', '4000001234567', 'ACCOUNT_INVALID'],
        ['letter', '40000012345A', 'ACCOUNT_INVALID'],
      ],
    }),
  ],
};
