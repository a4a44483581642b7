/** EMV: cryptograms with a bit changed, another counter, TLV cut short, certificates and signatures. */
import { cuts, everyBit, flips, generated, mismatches, refusals } from './table.mjs';

const CODE = 'EMV_DATA_AUTHENTICATION_FAILED';
const cryptogram = generated('emv-cryptograms.json', 'arpc-1');
const arqc = {
  op: 'emv-arqc-verify',
  key: cryptogram.iccMk,
  data: cryptogram.data,
  padding: cryptogram.padding,
  arqc: cryptogram.expect.arqc,
};

const DATA = 'emv-data-authentication.json';
const issuer = generated(DATA, 'issuer-112-1');
const icc = generated(DATA, 'icc-96-1');
const sda = generated(DATA, 'sda-96-1');
const dda = generated(DATA, 'dda-80-2');
const cda = generated(DATA, 'cda-80-0');

const certificateTables = [
  ['issuer', issuer],
  ['icc', icc],
].flatMap(([id, base]) => [
  flips({ id, base, input: 'certificate', code: CODE }),
  cuts({ id, base, input: 'certificate', code: CODE }),
  flips({ id, base, input: 'modulus', code: CODE, step: 5 }),
  refusals({
    id,
    base,
    input: 'pan',
    rows: [['another', `${(Number(base.pan[0]) + 1) % 10}${base.pan.slice(1)}`, CODE]],
  }),
  refusals({
    id,
    base,
    input: 'today',
    rows: [
      ['years-later', '5001', CODE],
      ['end-of-time', '9912', CODE],
    ],
  }),
  refusals({
    id,
    base,
    input: 'keyExponent',
    rows: [
      ['other', base.keyExponent === '03' ? '05' : '03', CODE],
      ['longer', `${base.keyExponent}00`, CODE],
      ['none', '', CODE],
    ],
  }),
  refusals({
    id,
    base,
    input: 'remainder',
    rows: [['longer', `${base.remainder}00`, CODE]],
  }),
]);

const signatureTables = [
  ['sda', sda, ['staticData']],
  ['dda', dda, ['terminalData']],
  ['cda', cda, ['un', 'transactionData']],
].flatMap(([id, base, others]) => [
  flips({ id, base, input: 'signedData', code: CODE }),
  cuts({ id, base, input: 'signedData', code: CODE }),
  ...others.flatMap((input) => [
    flips({ id, base, input, code: CODE }),
    cuts({ id, base, input, code: CODE }),
  ]),
]);

/** Three objects, the last with a length of two bytes; cut anywhere but between three of them. */
function tlvRows() {
  const three = `820219809F360200429F108180${'AB'.repeat(128)}`;
  const between = [4, 9];
  const rows = [];
  for (let n = 1; n < three.length / 2; n += 1) {
    if (between.includes(n)) continue;
    rows.push([`cut-${n}`, three.slice(0, 2 * n), 'TLV_INVALID']);
  }
  return [
    ...rows,
    ['tag-of-four-bytes', '9F81818101', 'TLV_INVALID'],
    ['length-of-three-bytes', '5A83000001AA', 'TLV_INVALID'],
    ['length-indefinite', '5A80AA0000', 'TLV_INVALID'],
    ['length-past-the-end', '5A0201', 'TLV_INVALID'],
  ];
}

const key = generated('emv-keys.json', 'option-a');

export const emv = {
  source: 'scripts/vectors/faults/emv.mjs: sound cases of the generated files, each with one fault',
  notes:
    'Flip names the bit of an input that is inverted (0 is the first), Cut the bytes of it that are left. emv-arqc-verify tells whether the cryptogram is right (valid).',
  tables: [
    mismatches({ id: 'arqc', op: arqc.op, base: arqc, input: 'arqc', rows: everyBit(arqc.arqc) }),
    mismatches({
      id: 'arqc',
      op: arqc.op,
      base: arqc,
      input: 'data',
      rows: [
        ...everyBit(arqc.data),
        ['shorter', arqc.data.slice(0, -2)],
        ['longer', `${arqc.data}01`],
      ],
    }),
    mismatches({
      id: 'arqc',
      op: arqc.op,
      base: arqc,
      input: 'key',
      rows: everyBit(arqc.key).filter((_, bit) => bit % 8 !== 7),
    }),
    mismatches({
      id: 'arqc-length',
      op: arqc.op,
      base: arqc,
      input: 'arqc',
      rows: [
        ['none', ''],
        ['7-bytes', arqc.arqc.slice(2)],
        ['9-bytes', `${arqc.arqc}00`],
      ],
    }),
    refusals({
      id: 'arqc',
      base: arqc,
      input: 'padding',
      rows: [['unknown', 'iso3', 'EMV_PADDING']],
    }),
    refusals({
      id: 'card-key',
      base: key,
      input: 'pan',
      rows: [
        ['11-digits', '12345678901', 'EMV_PAN'],
        ['20-digits', '1'.repeat(20), 'EMV_PAN'],
        ['letter', '12345678901A', 'EMV_PAN'],
      ],
    }),
    refusals({
      id: 'card-key',
      base: key,
      input: 'psn',
      rows: [
        ['1-digit', '0', 'EMV_PSN'],
        ['3-digits', '000', 'EMV_PSN'],
        ['letter', '0A', 'EMV_PSN'],
      ],
    }),
    refusals({ id: 'tlv', op: 'emv-tlv', base: {}, input: 'tlv', rows: tlvRows() }),
    ...certificateTables,
    ...signatureTables,
  ],
};
