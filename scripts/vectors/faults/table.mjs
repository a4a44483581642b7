/** What the fault files share: sound cases to start from, one change at a time, and tables. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'vectors');

const files = new Map();

function read(name) {
  if (!files.has(name)) files.set(name, JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return files.get(name);
}

/** Cases of a file of published values that go through one operation and are not refused. */
export function published(name, op) {
  return read(name).cases.filter((one) => one.op === op && one.expect.error !== true);
}

/** A row of a generated file as a case: table by id, row by number. */
export function generated(name, tableId, number = 0) {
  const table = read(`generated/${name}`).tables.find((one) => one.id === tableId);
  const cells = table.columns.map((column, i) => [column, table.rows[number][i]]);
  const inputs = cells.filter(([column]) => !column.startsWith('='));
  const expect = cells.filter(([column]) => column.startsWith('='));
  return {
    ...table.constants,
    ...Object.fromEntries(inputs),
    id: `${tableId}-${number}`,
    op: table.op,
    expect: Object.fromEntries(expect.map(([column, value]) => [column.slice(1), value])),
  };
}

/** The inputs of a case, without what is about the case itself. */
export function inputsOf({ id: _id, op: _op, expect: _expect, computed: _computed, ...inputs }) {
  return inputs;
}

const kept = (rows) => rows.filter(([, value]) => !isCardNumber(value));

/**
 * Cases that differ from a sound one in one input and have to be refused.
 * @param rows name of the fault, value of the input, expected code
 */
export function refusals({ id, base, op = base.op, input, rows }) {
  const { [input]: _changed, ...constants } = inputsOf(base);
  return {
    id: `${id}-${input}`,
    op,
    constants,
    columns: ['id', input, '=error', '=code'],
    rows: kept(rows).map(([name, value, code]) => [name, value, true, code]),
  };
}

/** Cases that differ from a sound one in one input and do not verify. */
export function mismatches({ id, base, op, input, rows }) {
  const { [input]: _changed, ...constants } = inputsOf(base);
  return {
    id: `${id}-${input}`,
    op,
    constants,
    columns: ['id', input, '=valid'],
    rows: kept(rows).map(([name, value]) => [name, value, false]),
  };
}

/** ISO/IEC 7812-1 annex B. A fault that makes a card number by chance stays out of the repository. */
function isCardNumber(text) {
  if (typeof text !== 'string' || !/^[3-6]\d{15}$/.test(text)) return false;
  const sum = [...text].reduce((total, digit, i) => {
    const weighted = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

/** Hexadecimal text with one bit inverted; bit 0 is the first. */
export function flipped(hex, bit) {
  const bytes = Buffer.from(hex, 'hex');
  bytes[bit >> 3] ^= 0x80 >> (bit & 7);
  return bytes.toString('hex').toUpperCase();
}

/** Every bit of a value inverted in turn, as rows. */
export function everyBit(hex, code) {
  return Array.from({ length: hex.length * 4 }, (_, bit) => [
    `bit-${bit}`,
    flipped(hex, bit),
    code,
  ]);
}

/** Everything short of the whole value, from nothing on, a byte at a time, as rows. */
export function everyCut(hex, code) {
  return Array.from({ length: hex.length / 2 }, (_, n) => [`cut-${n}`, hex.slice(0, 2 * n), code]);
}

/** A file's text, one row a line. */
export function textOf({ source, notes, tables }) {
  const parts = tables.map(({ rows, ...head }) => {
    const lines = rows.map((row) => `   ${JSON.stringify(row)}`).join(',\n');
    return `  ${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines}\n  ]}`;
  });
  const head = ` "source": ${JSON.stringify(source)},\n "notes": ${JSON.stringify(notes)},`;
  return `{\n${head}\n "tables": [\n${parts.join(',\n')}\n ]\n}\n`;
}

/** Every bit of a long value inverted in turn, written as the number of the bit. */
export function flips({ id, base, op = base.op, input, code, step = 1, from = 0, to }) {
  const end = to ?? base[input].length * 4;
  const bits = [];
  for (let bit = from; bit < end; bit += step) bits.push([bit, true, ...(code ? [code] : [])]);
  return altered({ id, base, op, column: `${input}Flip`, code, rows: bits });
}

/** A long value cut after each of its bytes, written as the number of bytes left. */
export function cuts({ id, base, op = base.op, input, code }) {
  const count = base[input].length / 2;
  const rows = Array.from({ length: count }, (_, n) => [n, true, ...(code ? [code] : [])]);
  return altered({ id, base, op, column: `${input}Cut`, code, rows });
}

function altered({ id, base, op, column, code, rows }) {
  const columns = [column, '=error', ...(code ? ['=code'] : [])];
  return { id: `${id}-${column}`, op, constants: inputsOf(base), columns, rows };
}
