/** Key blocks: each field of the header, optional blocks, every digit of key and MAC, every length. */
import { published, refusals } from './table.mjs';

/** A published block of each version, and one with optional blocks. */
function bases() {
  const all = [
    ...published('tr31.json', 'tr31-unwrap'),
    ...published('tr31-more.json', 'tr31-unwrap'),
  ];
  const plain = [...'ABCDE01'].map((version) =>
    all.find(({ keyBlock }) => keyBlock[0] === version && keyBlock.slice(12, 14) === '00'),
  );
  const withBlocks = all.filter(({ keyBlock }) => keyBlock.slice(12, 14) !== '00');
  return [...plain.filter(Boolean), ...withBlocks];
}

const replaced = (text, at, part) => text.slice(0, at) + part + text.slice(at + part.length);

/** Optional blocks of a header: where each begins and ends. */
function optionalBlocks(text) {
  const blocks = [];
  let at = 16;
  for (let left = Number(text.slice(12, 14)); left > 0; left -= 1) {
    const short = text.slice(at + 2, at + 4);
    const length = parseInt(short === '00' ? text.slice(at + 6, at + 10) : short, 16);
    blocks.push({ at, length, id: text.slice(at, at + 2), isShort: short !== '00' });
    at += length;
  }
  return { blocks, end: at };
}

const MODES = 'BCDEGNSTVXY';

function headerRows(text) {
  const change = (name, at, part, code) => [name, replaced(text, at, part), code];
  const otherMode = [...MODES].find((mode) => mode !== text[8]);
  return [
    change('version-unknown', 0, 'Z', 'VERSION_UNKNOWN'),
    change('version-lower-case', 0, 'b', 'VERSION_UNKNOWN'),
    ...['    ', '00A0', '-072', '+072', '0x48'].map((part, i) =>
      change(`length-malformed-${i}`, 1, part, 'LENGTH_MALFORMED'),
    ),
    ...[-16, -8, -1, 1, 8, 16].map((by) =>
      change(
        `length-by-${by}`,
        1,
        String(Number(text.slice(1, 5)) + by).padStart(4, '0'),
        'LENGTH_WRONG',
      ),
    ),
    change('length-0', 1, '0000', 'LENGTH_WRONG'),
    change('length-9999', 1, '9999', 'LENGTH_WRONG'),
    change('usage-unknown', 5, 'Q7', 'USAGE_UNKNOWN'),
    change('usage-lower-case', 5, 'p0', 'USAGE_UNKNOWN'),
    change('algorithm-unknown', 7, 'Z', 'ALGORITHM_UNKNOWN'),
    change('mode-unknown', 8, 'Q', 'MODE_UNKNOWN'),
    change('mode-other', 8, otherMode, undefined),
    change('key-version-other', 9, text.slice(9, 11) === '77' ? '78' : '77', 'MAC_WRONG'),
    change('key-version-invalid', 9, '*0', 'KEY_VERSION_INVALID'),
    change('exportability-unknown', 11, 'Q', 'EXPORTABILITY_UNKNOWN'),
    change('exportability-other', 11, text[11] === 'N' ? 'S' : 'N', 'MAC_WRONG'),
    change('block-count-malformed', 12, '0A', 'BLOCK_COUNT_INVALID'),
    change('block-count-99', 12, '99', undefined),
    change('reserved-invalid', 14, '**', 'RESERVED_INVALID'),
  ];
}

function optionalRows(text) {
  const { blocks } = optionalBlocks(text);
  const count = Number(text.slice(12, 14));
  const rows = blocks.flatMap(({ at, length, id, isShort }) => [
    ...(isShort
      ? [
          [`${id}-length-3`, replaced(text, at + 2, '03'), 'BLOCK_MALFORMED'],
          [`${id}-length-not-hex`, replaced(text, at + 2, 'XY'), 'BLOCK_MALFORMED'],
          [`${id}-length-past-the-end`, replaced(text, at + 2, 'FF'), 'BLOCK_MALFORMED'],
        ]
      : []),
    [`${id}-identifier`, replaced(text, at, '**'), 'BLOCK_MALFORMED'],
    // The last character of its data: what it may be is the block's affair, so only the MAC speaks.
    ...(length > 4
      ? [
          [
            `${id}-data`,
            replaced(text, at + length - 1, text[at + length - 1] === '1' ? '2' : '1'),
            undefined,
          ],
        ]
      : []),
  ]);
  const fewer = replaced(text, 12, String(count - 1).padStart(2, '0'));
  return [...rows, ['one-block-fewer', fewer, undefined]];
}

function bodyRows(text) {
  const { end } = optionalBlocks(text);
  const digits = [];
  for (let at = end; at < text.length; at += 1) {
    const digit = (parseInt(text[at], 16) ^ (1 << (at % 4))).toString(16).toUpperCase();
    digits.push([`digit-${at}`, replaced(text, at, digit), 'MAC_WRONG']);
  }
  const letter = [...text].findIndex((one, at) => at >= end && /[A-F]/.test(one));
  return [
    ...digits,
    ['lower-case', replaced(text, letter, text[letter].toLowerCase()), 'NOT_HEX'],
    ['not-hex', replaced(text, text.length - 1, 'G'), 'NOT_HEX'],
    ['control-character', replaced(text, text.length - 1, '\u0007'), 'NOT_TEXT'],
    ['not-ascii', replaced(text, text.length - 1, 'é'), 'NOT_TEXT'],
    ['longer', `${text}0`, 'LENGTH_WRONG'],
    ['longer-by-a-block', `${text}${'0'.repeat(32)}`, 'LENGTH_WRONG'],
  ];
}

/** Too short for the fixed header, then for its optional blocks, then for what the length says. */
function cutRows(text) {
  const { end } = optionalBlocks(text);
  return Array.from({ length: text.length }, (_, length) => [
    `cut-${length}`,
    text.slice(0, length),
    length < 16 ? 'NOT_TEXT' : length < end ? 'BLOCK_MALFORMED' : 'LENGTH_WRONG',
  ]);
}

function protectionKeys(base) {
  const { kbpk } = base;
  const other = (parseInt(kbpk[0], 16) ^ 4).toString(16).toUpperCase() + kbpk.slice(1);
  const sizes = [0, 7, 8, 15, 17, 31, 33, 40].map((bytes) => [
    `${bytes}-bytes`,
    kbpk.repeat(3).slice(0, 2 * bytes),
    'PROTECTION_KEY',
  ]);
  return [['other', other, 'MAC_WRONG'], ...sizes];
}

/** Rows without a code have to be refused, for more reasons than one. */
function tablesOf(base, index) {
  const { proprietary: _none, ...sound } = base;
  const text = sound.keyBlock;
  const id = `${text[0]}${index}`;
  const rows = [...headerRows(text), ...optionalRows(text), ...bodyRows(text), ...cutRows(text)];
  const known = rows.filter(([, value, code]) => code !== undefined && value !== text);
  const open = rows.filter(([, value, code]) => code === undefined && value !== text);
  const opened = refusals({ id: `${id}-refused`, base: sound, input: 'keyBlock', rows: open });
  return [
    refusals({ id, base: sound, input: 'keyBlock', rows: known }),
    {
      ...opened,
      columns: opened.columns.slice(0, 3),
      rows: opened.rows.map((row) => row.slice(0, 3)),
    },
    refusals({ id, base: sound, input: 'kbpk', rows: protectionKeys(sound) }),
  ];
}

export const keyBlocks = {
  source: 'scripts/vectors/faults/key-blocks.mjs: published key blocks, each with one fault',
  notes:
    'tr31-unwrap as in tr31.json: every block has to be refused. code is the reason inside, in the order of KEY_BLOCK_REASONS; callers get one answer. Tables named -refused leave the reason open.',
  tables: bases().flatMap(tablesOf),
};
