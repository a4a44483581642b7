/** Ciphers and keys: lengths of key, data and IV; parity of each byte; weak keys; components. */
import { flipped, published, refusals } from './table.mjs';

const KEY = '0123456789ABCDEFFEDCBA9876543210';
const aes = { cipher: 'aes', key: KEY, iv: '00'.repeat(16), plaintext: '00'.repeat(32) };
const des = { cipher: 'des', key: KEY, iv: '00'.repeat(8), plaintext: '00'.repeat(24) };
const check = published('ciphers.json', 'check-value')[0];

const sizes = (value, lengths, code) =>
  lengths.map((bytes) => [`${bytes}-bytes`, value.repeat(4).slice(0, 2 * bytes), code]);

function cipherTables(id, base, { keys, data, ivs }) {
  const { iv: _iv, ...ecb } = base;
  const rows = {
    key: sizes(KEY, keys, 'KEY_LENGTH'),
    data: sizes(base.plaintext, data, 'DATA_LENGTH'),
    iv: sizes(KEY, ivs, 'IV_LENGTH'),
  };
  return [
    refusals({ id: `${id}-ecb`, op: 'encrypt-ecb', base: ecb, input: 'key', rows: rows.key }),
    refusals({
      id: `${id}-ecb`,
      op: 'encrypt-ecb',
      base: ecb,
      input: 'plaintext',
      rows: rows.data,
    }),
    refusals({ id: `${id}-cbc`, op: 'encrypt-cbc', base, input: 'plaintext', rows: rows.data }),
    refusals({ id: `${id}-cbc`, op: 'encrypt-cbc', base, input: 'iv', rows: rows.iv }),
  ];
}

/** NIST SP 800-67, 3.3.2: four weak keys and twelve semi-weak ones. */
const WEAK = [
  ...['0101010101010101', 'FEFEFEFEFEFEFEFE', 'E0E0E0E0F1F1F1F1', '1F1F1F1F0E0E0E0E'],
  ...['011F011F010E010E', '1F011F010E010E01', '01E001E001F101F1', 'E001E001F101F101'],
  ...['01FE01FE01FE01FE', 'FE01FE01FE01FE01', '1FE01FE00EF10EF1', 'E01FE01FF10EF10E'],
  ...['1FFE1FFE0EFE0EFE', 'FE1FFE1FFE0EFE0E', 'E0FEE0FEF1FEF1FE', 'FEE0FEE0FEF1FEF1'],
];
const otherParity = (key) =>
  Buffer.from(key, 'hex')
    .map((byte) => byte ^ 1)
    .toString('hex')
    .toUpperCase();

const weakRows = WEAK.flatMap((weak) => [
  [weak, weak, true],
  [`${weak}-other-parity`, otherParity(weak), true],
  [`${weak}-first`, weak + KEY.slice(0, 16), true],
  [`${weak}-last`, KEY + weak, true],
  // One bit away, which is not the parity bit.
  [`${weak}-bit-5`, flipped(weak, 5), false],
]);

const halfRows = [
  ['halves', '0123456789ABCDEF0123456789ABCDEF', true],
  ['halves-but-for-parity', `0123456789ABCDEF${otherParity('0123456789ABCDEF')}`, true],
  ['first-and-second', `0123456789ABCDEF0123456789ABCDEF${KEY.slice(16)}`, true],
  ['second-and-third', `${KEY}${KEY.slice(16)}`, true],
  ['first-and-third', `${KEY}${KEY.slice(0, 16)}`, false],
  ['single', '0123456789ABCDEF', false],
];

/** Each bit of a key in odd parity, inverted: its byte is even then. */
const parityRows = Array.from({ length: KEY.length * 4 }, (_, bit) => [
  `bit-${bit}`,
  flipped(KEY, bit),
  false,
]);

const told = (id, op, expectation, rows) => ({
  id,
  op,
  constants: {},
  columns: ['id', 'key', `=${expectation}`],
  rows,
});

const components = { first: KEY, second: flipped(KEY, 9), third: flipped(KEY, 77) };

export const ciphers = {
  source: 'scripts/vectors/faults/ciphers.mjs: sound cases, each with one fault',
  notes:
    'Operations as in ciphers.json. weak-key: weak, whether a part is a weak or semi-weak DES key; equalHalves, whether neighbouring parts are the same. odd-parity: odd, whether every byte has an odd number of ones. combine-components: first, second, third.',
  tables: [
    ...cipherTables('des', des, {
      keys: [0, 7, 9, 15, 17, 23, 25, 32],
      data: [1, 7, 9, 23],
      ivs: [0, 7, 9, 16],
    }),
    ...cipherTables('aes', aes, {
      keys: [0, 8, 15, 17, 23, 25, 31, 33],
      data: [1, 8, 15, 17, 31],
      ivs: [0, 8, 15, 17, 32],
    }),
    refusals({
      id: 'check',
      base: check,
      input: 'key',
      rows: sizes(KEY, [0, 7, 15, 17, 25], 'KEY_LENGTH'),
    }),
    refusals({
      id: 'check',
      base: check,
      input: 'cipher',
      rows: [['rc4', 'rc4', 'CIPHER_UNKNOWN']],
    }),
    refusals({
      id: 'check',
      base: check,
      input: 'method',
      rows: [['ones', 'ones', 'METHOD_UNKNOWN']],
    }),
    told('parity', 'odd-parity', 'odd', parityRows),
    told('weak', 'weak-key', 'weak', weakRows),
    told('halves', 'weak-key', 'equalHalves', halfRows),
    refusals({
      id: 'weak',
      op: 'weak-key',
      base: {},
      input: 'key',
      rows: sizes(KEY, [0, 7, 9, 15, 17, 25], 'KEY_LENGTH'),
    }),
    ...Object.keys(components).map((input) =>
      refusals({
        id: 'components',
        op: 'combine-components',
        base: components,
        input,
        rows: [
          ['shorter', KEY.slice(2), 'LENGTHS_DIFFER'],
          ['longer', `${KEY}00`, 'LENGTHS_DIFFER'],
          ['none', '', input === 'first' ? 'KEY_LENGTH' : 'LENGTHS_DIFFER'],
        ],
      }),
    ),
    refusals({
      id: 'one-component',
      op: 'combine-components',
      base: {},
      input: 'first',
      rows: [['alone', KEY, 'COMPONENT_COUNT']],
    }),
  ],
};
