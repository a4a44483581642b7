/** DUKPT: KSNs and keys of wrong length, counters that no terminal sends, terminals that are spent. */
import { published, refusals } from './table.mjs';

const tdes = published('dukpt-tdes.json', 'dukpt-tdes').find((one) => one.id === 'ctr-1-keys');
const aes = published('dukpt-aes.json', 'dukpt-aes').find(
  (one) => one.id === 'aes128-ctr-1-pin-aes128',
);

const hex = (number, digits) => number.toString(16).toUpperCase().padStart(digits, '0');
const ones = (number) => [...number.toString(2)].filter((bit) => bit === '1').length;

/** Counters with one set bit more than a terminal sends, spread over the whole range, and zero. */
function spent(bits, most) {
  const counters = new Set([0, 2 ** bits - 1, 2 ** (most + 1) - 1]);
  for (let shift = 0; shift + most + 1 <= bits; shift += 1) {
    counters.add((2 ** (most + 1) - 1) * 2 ** shift);
  }
  for (let gap = 0; gap < most; gap += 1) {
    // A run with one zero in it.
    const run = 2 ** (most + 2) - 1 - 2 ** (gap + 1);
    if (most + 2 <= bits) counters.add(run);
  }
  return [...counters].filter((one) => one === 0 || ones(one) > most);
}

const KSN_HEAD = 0xe0;
function tdesKsn(counter) {
  const low = (BigInt(KSN_HEAD) << 16n) | BigInt(counter);
  return `FFFF9876543210${hex(low, 6)}`;
}

const tdesKsns = [
  ...spent(21, 10).map((counter) => [
    `counter-${hex(counter, 6)}`,
    tdesKsn(counter),
    'KSN_INVALID',
  ]),
  ...[0, 8, 9, 11, 12].map((bytes) => [
    `${bytes}-bytes`,
    tdes.ksn.repeat(2).slice(0, 2 * bytes),
    'KSN_LENGTH',
  ]),
  ['odd-hex', tdes.ksn.slice(1), 'HEX_INVALID'],
];

const aesCounters = spent(32, 16).map((counter) => [
  `counter-${hex(counter, 8)}`,
  hex(counter, 8),
  'KSN_INVALID',
]);

const keys = (key, lengths) =>
  lengths.map((bytes) => [`${bytes}-bytes`, key.repeat(3).slice(0, 2 * bytes), 'KEY_LENGTH']);

const TDES_LAST = 0x1ff800;
const AES_LAST = 0xffff0000;

export const dukpt = {
  source: 'scripts/vectors/faults/dukpt.mjs: published cases, each with one fault',
  notes:
    'Operations as in dukpt-tdes.json and dukpt-aes.json. KSN_INVALID: a counter of zero, or with more ones than ten (TDES) or sixteen (AES). terminal: the last counter of all is sent once, then the terminal is spent.',
  tables: [
    refusals({ id: 'tdes', base: tdes, input: 'ksn', rows: tdesKsns }),
    refusals({ id: 'tdes', base: tdes, input: 'bdk', rows: keys(tdes.bdk, [0, 8, 15, 17, 24]) }),
    refusals({
      id: 'tdes',
      base: { ksn: tdes.ksn },
      op: 'dukpt-tdes',
      input: 'ik',
      rows: keys(tdes.bdk, [0, 8, 15, 17, 24]),
    }),
    refusals({ id: 'aes', base: aes, input: 'counter', rows: aesCounters }),
    refusals({
      id: 'aes',
      base: aes,
      input: 'ikid',
      rows: [0, 7, 9].map((bytes) => [
        `${bytes}-bytes`,
        aes.ikid.repeat(2).slice(0, 2 * bytes),
        'IKID_LENGTH',
      ]),
    }),
    refusals({
      id: 'aes',
      base: aes,
      input: 'bdk',
      rows: keys(aes.bdk, [0, 8, 15, 17, 23, 25, 31, 33]),
    }),
    refusals({
      id: 'aes',
      base: aes,
      input: 'usage',
      rows: [
        ['unknown', 'everything', 'USE_UNKNOWN'],
        ['upper-case', 'PIN', 'USE_UNKNOWN'],
      ],
    }),
    refusals({
      id: 'aes',
      base: aes,
      input: 'keyType',
      rows: [
        ['unknown', 'aes512', 'KEY_TYPE_UNKNOWN'],
        ['upper-case', 'AES128', 'KEY_TYPE_UNKNOWN'],
      ],
    }),
    refusals({
      id: 'tdes-terminal',
      op: 'dukpt-tdes-terminal',
      base: { bdk: tdes.bdk, ksn: tdesKsn(TDES_LAST) },
      input: 'steps',
      rows: [2, 3, 9].map((steps) => [`spent-${steps}`, steps, 'DUKPT_SPENT']),
    }),
    refusals({
      id: 'tdes-terminal',
      op: 'dukpt-tdes-terminal',
      base: { bdk: tdes.bdk, steps: 1 },
      input: 'ksn',
      rows: spent(21, 10)
        .filter((counter) => counter !== 0)
        .map((counter) => [`counter-${hex(counter, 6)}`, tdesKsn(counter), 'COUNTER_INVALID']),
    }),
    refusals({
      id: 'aes-terminal',
      op: 'dukpt-aes-terminal',
      base: { bdk: aes.bdk, ksn: `${aes.ikid}${hex(AES_LAST, 8)}` },
      input: 'steps',
      rows: [2, 3, 9].map((steps) => [`spent-${steps}`, steps, 'DUKPT_SPENT']),
    }),
    refusals({
      id: 'aes-terminal',
      op: 'dukpt-aes-terminal',
      base: { bdk: aes.bdk, steps: 1 },
      input: 'ksn',
      rows: spent(32, 16).map((counter) => [
        `counter-${hex(counter, 8)}`,
        `${aes.ikid}${hex(counter, 8)}`,
        'COUNTER_INVALID',
      ]),
    }),
  ],
};
