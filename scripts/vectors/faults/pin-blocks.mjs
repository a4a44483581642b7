/** PIN blocks with one fault: control, length, digit and fill nibbles, lengths of block, PIN and PAN. */
import { published, refusals } from './table.mjs';

const PAN = '5555555551234567';
const CODE = 'PIN_BLOCK_INVALID';
/** Control nibble, and what may stand after the PIN, of the formats that have a length nibble. */
const FIELDS = {
  iso0: { control: 0, fill: 'F', pan: PAN },
  iso1: { control: 1, fill: '0123456789ABCDEF' },
  iso2: { control: 2, fill: 'F' },
  iso3: { control: 3, fill: 'ABCDEF', pan: PAN },
  plus: { control: 0, fill: 'F', pan: PAN, left: true },
  'mastercard-pay-now-pay-later': { control: 2, fill: 'F', pan: PAN },
  as2805: { control: 0, fill: 'F', pan: PAN },
  'visa-new-pin': { control: 0, fill: 'F', cardKey: '0123456789ABCDEF' },
};

function maskOf({ pan, left, cardKey }) {
  if (cardKey !== undefined) return `00000000${cardKey.slice(8, 16)}`;
  if (pan === undefined) return '0'.repeat(16);
  const digits = pan.slice(0, -1);
  return `0000${left ? digits.slice(0, 12) : digits.slice(-12)}`;
}

function xored(a, b) {
  return [...a].map((digit, i) => (parseInt(digit, 16) ^ parseInt(b[i], 16)).toString(16)).join('');
}

const HEX = [...'0123456789ABCDEF'];
const replaced = (text, at, digit) => text.slice(0, at) + digit + text.slice(at + 1);

/** Blocks of PIN 123456 (four digits would leave the length nibbles 5 and 6 readable in formats 1). */
function fieldRows(format) {
  const { control, fill } = FIELDS[format];
  const sound = `${control}6123456`.padEnd(16, fill.at(-1));
  const rows = [];
  for (const digit of HEX) {
    if (parseInt(digit, 16) !== control) rows.push([`control-${digit}`, replaced(sound, 0, digit)]);
  }
  for (const digit of '0123DEF') rows.push([`length-${digit}`, replaced(sound, 1, digit)]);
  if (fill !== '0123456789ABCDEF') {
    // Within the PIN's length the digits would be fill, beyond it the fill would be digits.
    for (const digit of '45') rows.push([`length-${digit}`, replaced(sound, 1, digit)]);
    for (const digit of '789ABC') rows.push([`length-${digit}`, replaced(sound, 1, digit)]);
  }
  for (let at = 2; at < 8; at += 1) {
    for (const digit of 'ABCDEF')
      rows.push([`digit-${at - 1}-${digit}`, replaced(sound, at, digit)]);
  }
  for (let at = 8; at < 16; at += 1) {
    for (const digit of HEX.filter((one) => !fill.includes(one))) {
      rows.push([`fill-${at - 7}-${digit}`, replaced(sound, at, digit)]);
    }
  }
  const whole = (length, digits) => `${control}${length}${digits}`.padEnd(16, fill.at(-1));
  rows.push(['3-digits', whole(3, '123')], ['0-digits', whole(0, '')]);
  rows.push(
    ['13-digits', whole('D', '1234567890123')],
    ['14-digits', whole('E', '12345678901234')],
  );
  const mask = maskOf(FIELDS[format]);
  return rows.map(([name, block]) => [name, xored(block, mask).toUpperCase(), CODE]);
}

function lengths(block) {
  return [
    ['no-bytes', '', CODE],
    ['7-bytes', block.slice(0, 14), CODE],
    ['9-bytes', `${block}FF`, CODE],
    ['16-bytes', block + block, CODE],
    ['odd-hex', block.slice(1), 'HEX_INVALID'],
    ['not-hex', `G${block.slice(1)}`, 'HEX_INVALID'],
  ];
}

function decodings() {
  return Object.entries(FIELDS).map(([format, { control, fill, ...rest }]) => {
    const { left: _left, ...inputs } = rest;
    const base = { format, ...inputs };
    const sound = xored(`${control}6123456`.padEnd(16, fill.at(-1)), maskOf(rest)).toUpperCase();
    const rows = [...fieldRows(format), ...lengths(sound)];
    return refusals({ id: format, op: 'pin-decode', base, input: 'block', rows });
  });
}

function plain() {
  const rows = [
    ['3-digits', '123FFFFFFFFFFFFF'],
    ['13-digits', '1234567890123FFF'],
    ['16-digits', '1234567890123456'],
    ...[...'ABCDE'].map((digit) => [`digit-4-${digit}`, `123${digit}FFFFFFFFFFFF`]),
    ...[...'0123456789ABCDE'].map((digit) => [`last-fill-${digit}`, `123456FFFFFFFFF${digit}`]),
    ['digit-after-fill', '123456F7FFFFFFFF'],
  ].map((row) => [...row, CODE]);
  const base = { format: 'diebold' };
  const block = '123456FFFFFFFFFF';
  return refusals({
    id: 'diebold',
    op: 'pin-decode',
    base,
    input: 'block',
    rows: [...rows, ...lengths(block)],
  });
}

function docutel() {
  const rows = [
    ...[...'0123789ABCDEF'].map((digit) => [`length-${digit}`, `${digit}123400123456789`]),
    ...[...'123456789ABCDEF'].map((digit) => [`zero-1-${digit}`, `41234${digit}0123456789`]),
    ...[...'123456789ABCDEF'].map((digit) => [`zero-2-${digit}`, `412340${digit}123456789`]),
    ...[...'ABCDEF'].map((digit) => [`digit-2-${digit}`, `41${digit}3400123456789`]),
    ...[...'ABCDEF'].map((digit) => [`padding-9-${digit}`, `412340012345678${digit}`]),
  ].map((row) => [...row, CODE]);
  const base = { format: 'docutel' };
  const sound = '4123400123456789';
  return refusals({
    id: 'docutel',
    op: 'pin-decode',
    base,
    input: 'block',
    rows: [...rows, ...lengths(sound)],
  });
}

/** The clear PIN field of format 4: control, length, digits, fill A, and eight random bytes. */
function iso4Field() {
  const sound = '46123456AAAAAAAA2F69ADDE2E9E7ACE';
  const rows = [];
  for (const digit of '012356789ABCDEF') rows.push([`control-${digit}`, replaced(sound, 0, digit)]);
  for (const digit of '0123DEF') rows.push([`length-${digit}`, replaced(sound, 1, digit)]);
  for (const digit of '45789ABC') rows.push([`length-${digit}`, replaced(sound, 1, digit)]);
  for (let at = 2; at < 8; at += 1) rows.push([`digit-${at - 1}-A`, replaced(sound, at, 'A')]);
  for (let at = 8; at < 16; at += 1) {
    for (const digit of '09BCDEF')
      rows.push([`fill-${at - 7}-${digit}`, replaced(sound, at, digit)]);
  }
  const random = '2F69ADDE2E9E7ACE';
  rows.push(['3-digits', `43123AAAAAAAAAAA${random}`], ['13-digits', `4D1234567890123A${random}`]);
  rows.push(['14-digits', `4E12345678901234${random}`]);
  rows.push(['15-bytes', sound.slice(0, 30)], ['17-bytes', `${sound}00`], ['no-bytes', '']);
  return refusals({
    id: 'iso4-field',
    op: 'pin-decode',
    base: { format: 'iso4-pin-field' },
    input: 'block',
    rows: rows.map((row) => [...row, CODE]),
  });
}

/** Lengths of what a block is made from. */
function encodings() {
  const base = { format: 'iso0', pin: '1234', pan: PAN };
  const pins = [
    '',
    '1',
    '12',
    '123',
    '1234567890123',
    '12345678901234',
    '12A4',
    '12 4',
    '１２３４',
  ];
  const pans = [
    '',
    '1',
    '55555555512',
    '5'.repeat(20),
    '5'.repeat(21),
    '555555555123456A',
    '5555 5555 5123',
  ];
  const named = (values, code) =>
    values.map((value, i) => [`${i}-length-${value.length}`, value, code]);
  const iso4 = published('pin-blocks.json', 'pin-encrypt')[0];
  return [
    refusals({
      id: 'make',
      op: 'pin-encode',
      base,
      input: 'pin',
      rows: named(pins, 'PIN_INVALID'),
    }),
    refusals({
      id: 'make',
      op: 'pin-encode',
      base,
      input: 'pan',
      rows: named(pans, 'PAN_INVALID'),
    }),
    refusals({
      id: 'make',
      op: 'pin-encode',
      base,
      input: 'format',
      rows: [
        ['unknown', 'iso5', 'FORMAT_UNKNOWN'],
        ['upper-case', 'ISO0', 'FORMAT_UNKNOWN'],
        ['needs-a-key', 'iso4', 'FORMAT_NEEDS_KEY'],
      ],
    }),
    refusals({
      id: 'fill',
      op: 'pin-encode',
      base: { format: 'iso3', pin: '1234', pan: PAN },
      input: 'fill',
      rows: [
        ['9-digits', 'ABCDEFABC', 'FILL_INVALID'],
        ['11-digits', 'ABCDEFABCDE', 'FILL_INVALID'],
        ['digit', 'ABCDEFABC9', 'FILL_INVALID'],
      ],
    }),
    refusals({
      id: 'iso4',
      base: iso4,
      input: 'key',
      rows: [
        ['15-bytes', iso4.key.slice(2), 'KEY_LENGTH'],
        ['17-bytes', `${iso4.key}00`, 'KEY_LENGTH'],
        ['8-bytes', iso4.key.slice(16), 'KEY_LENGTH'],
      ],
    }),
    refusals({
      id: 'iso4',
      base: iso4,
      input: 'pin',
      rows: named(pins.slice(3, 7), 'PIN_INVALID'),
    }),
    refusals({ id: 'iso4', base: iso4, input: 'pan', rows: named(pans, 'PAN_INVALID') }),
  ];
}

export const pinBlocks = {
  source: 'scripts/vectors/faults/pin-blocks.mjs: sound blocks of each format, each with one fault',
  notes:
    'pin-decode and pin-encode as in pin-blocks.json. Every case has to be refused; code is the reason that Pinfold gives.',
  tables: [...decodings(), plain(), docutel(), iso4Field(), ...encodings()],
};
