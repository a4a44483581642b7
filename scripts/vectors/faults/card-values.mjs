/** Card values: each input one short, one long, and of the wrong kind. */
import { generated, published, refusals } from './table.mjs';

const cvv = published('card-values.json', 'cvv')[0];
const cvc3 = { ...generated('card-values.json', 'cvc3'), digits: 3 };
const cavv = generated('card-values-jpos.json', 'cavv');
const dcvv = generated('card-values-jpos.json', 'dcvv');
const csc = generated('amex-csc.json', 'csc');

const lengths = (texts, code) => texts.map((text) => [`length-${text.length}`, text, code]);
const pans = (code) => [
  ...lengths(['', '1', '22222222222', '2'.repeat(20)], code),
  ['letter', '22222222222A', code],
];
const four = (code) => [...lengths(['', '333', '33333'], code), ['letter', '333A', code]];
const keys = (key, codes = {}) => [
  ['7-bytes', key.slice(0, 14), 'KEY_LENGTH'],
  ['8-bytes', key.slice(0, 16), codes.other ?? 'KEY_INVALID'],
  ['15-bytes', key.slice(2), 'KEY_LENGTH'],
  ['17-bytes', `${key}00`, 'KEY_LENGTH'],
  ['24-bytes', key + key.slice(0, 16), codes.other ?? 'KEY_INVALID'],
];

export const cardValues = {
  source: 'scripts/vectors/faults/card-values.mjs: sound cases, each with one fault',
  notes: 'Operations as in card-values.json. Refused inputs carry the reason that Pinfold gives.',
  tables: [
    refusals({ id: 'cvv', base: cvv, input: 'pan', rows: pans('PAN_INVALID') }),
    refusals({ id: 'cvv', base: cvv, input: 'expiry', rows: four('EXPIRY_INVALID') }),
    refusals({
      id: 'cvv',
      base: cvv,
      input: 'serviceCode',
      rows: [
        ...lengths(['', '11', '1111'], 'SERVICE_CODE_INVALID'),
        ['letter', '11A', 'SERVICE_CODE_INVALID'],
      ],
    }),
    refusals({ id: 'cvv', base: cvv, input: 'cvk', rows: keys(cvv.cvk) }),
    refusals({ id: 'dcvv', base: dcvv, input: 'atc', rows: four('ATC_INVALID') }),
    refusals({ id: 'dcvv', base: dcvv, input: 'pan', rows: pans('EMV_PAN') }),
    refusals({
      id: 'dcvv',
      base: dcvv,
      input: 'imk',
      rows: [
        ['8-bytes', dcvv.imk.slice(0, 16), 'EMV_KEY'],
        ['15-bytes', dcvv.imk.slice(2), 'EMV_KEY'],
        ['24-bytes', dcvv.imk + dcvv.imk.slice(0, 16), 'EMV_KEY'],
      ],
    }),
    refusals({ id: 'cavv', base: cavv, input: 'trackingNumber', rows: four('CAVV_INVALID') }),
    refusals({
      id: 'cavv',
      base: cavv,
      input: 'resultCode',
      rows: [...lengths(['', '12'], 'CAVV_INVALID'), ['letter', 'A', 'CAVV_INVALID']],
    }),
    refusals({
      id: 'cavv',
      base: cavv,
      input: 'secondFactorCode',
      rows: [...lengths(['', '1', '123'], 'CAVV_INVALID'), ['letter', '1A', 'CAVV_INVALID']],
    }),
    refusals({ id: 'cavv', base: cavv, input: 'pan', rows: pans('PAN_INVALID') }),
    refusals({ id: 'csc', base: csc, input: 'pan', rows: pans('PAN_INVALID') }),
    refusals({ id: 'csc', base: csc, input: 'expiry', rows: four('EXPIRY_INVALID') }),
    refusals({ id: 'csc', base: csc, input: 'csck', rows: keys(csc.csck) }),
    refusals({
      id: 'cvc3',
      base: cvc3,
      input: 'track',
      rows: [
        ['none', '', 'BYTES_LENGTH'],
        ['257-bytes', '00'.repeat(257), 'BYTES_LENGTH'],
      ],
    }),
    refusals({
      id: 'cvc3',
      base: cvc3,
      input: 'atc',
      rows: [...lengths(['', '00', '000000'], 'BYTES_LENGTH'), ['odd-hex', '000', 'HEX_INVALID']],
    }),
    refusals({
      id: 'cvc3',
      base: cvc3,
      input: 'un',
      rows: lengths(['', '000000', '0000000000'], 'BYTES_LENGTH'),
    }),
    refusals({
      id: 'cvc3',
      base: cvc3,
      input: 'digits',
      rows: [
        ['0', 0, 'DIGITS_INVALID'],
        ['6', 6, 'DIGITS_INVALID'],
        ['half', 2.5, 'DIGITS_INVALID'],
      ],
    }),
  ],
};
