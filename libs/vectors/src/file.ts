/** What a parsed vector file holds: its cases, and those that its tables stand for. */
import type { VectorCase, VectorTable } from './types.js';

/** A table or a row that stands for no case, and why. */
export class NoCase {
  constructor(
    readonly id: string,
    readonly why: string,
  ) {}
}

/** All cases of a parsed file, those of its tables too; undefined when it is none. */
export function casesOf(json: unknown): (VectorCase | NoCase)[] | undefined {
  if (!isRecord(json)) return undefined;
  const { cases, tables } = json;
  if (!Array.isArray(cases) && !Array.isArray(tables)) return undefined;
  return [
    ...(Array.isArray(cases) ? (cases as VectorCase[]) : []),
    ...(Array.isArray(tables) ? tables.flatMap(casesOfTable) : []),
  ];
}

function casesOfTable(table: unknown): (VectorCase | NoCase)[] {
  const id = isRecord(table) && typeof table.id === 'string' ? table.id : '(no id)';
  if (!isTable(table)) return [new NoCase(id, 'not a table: it must have op, columns and rows')];
  const { columns, rows } = table;
  const cells = (row: unknown): boolean => Array.isArray(row) && row.length === columns.length;
  return rowsOf({ ...table, rows: rows.map((row) => (cells(row) ? row : [])) }).map((one, index) =>
    cells(rows[index]) ? one : new NoCase(one.id, `not a row of ${columns.length} cells`),
  );
}

function isTable(table: unknown): table is VectorTable {
  return (
    isRecord(table) &&
    typeof table.op === 'string' &&
    Array.isArray(table.columns) &&
    table.columns.every((column) => typeof column === 'string') &&
    Array.isArray(table.rows)
  );
}

/** The cases that a sound table stands for, named by the table and their column id or number. */
export function rowsOf(table: VectorTable): VectorCase[] {
  return table.rows.map((row, index) => {
    const inputs: Record<string, unknown> = { ...table.constants };
    const expect: Record<string, unknown> = {};
    table.columns.forEach((column, i) => {
      if (column.startsWith('=')) expect[column.slice(1)] = row[i];
      else inputs[column] = row[i];
    });
    const { id: name = index, ...rest } = inputs;
    return { ...rest, id: `${table.id}-${name}`, op: table.op, expect };
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
