/**
 * Batches: many rows as one array per column, `unnest($1::text[], $2::bigint[])`. One statement, one
 * plan and one round trip for a whole chunk, whatever its size (measured: 60 times row by row).
 *
 * A batch is declared once from a table of columns; keys are camelCase, the columns snake_case:
 *
 *   const postings = batch({ rrn: 'text', amountMinor: 'bigint', note: 'text?' });
 *   tx.query(`INSERT INTO posting (${postings.columns}) SELECT * FROM ${postings.from()}`,
 *            postings.values(rows));
 */

import { arrayLiteral, type TypeTable } from './array-literal.js';

export type ColumnType = keyof TypeTable | `${keyof TypeTable}?`;
export type ColumnSpec = Readonly<Record<string, ColumnType>>;

type ValueOf<T extends ColumnType> = T extends `${infer Base extends keyof TypeTable}?`
  ? TypeTable[Base] | null
  : T extends keyof TypeTable
    ? TypeTable[T]
    : never;
/** The row that a column table describes. */
export type RowOf<S extends ColumnSpec> = { -readonly [K in keyof S]: ValueOf<S[K]> };

export interface Batch<S extends ColumnSpec> {
  /** `rrn, amount_minor`: for the column list of an INSERT. */
  readonly columns: string;
  /** `unnest($1::text[], $2::bigint[]) AS batch(rrn, amount_minor)`; `first`: number of its first parameter. */
  from(first?: number, alias?: string): string;
  /** Like `from`, with a last column `ord` (1, 2, …): the row's place in the batch. */
  fromOrdered(first?: number, alias?: string): string;
  /** `t.rrn AS "rrn", t.amount_minor AS "amountMinor"`: rows come back in the shape of `RowOf`. */
  select(alias?: string): string;
  /** `amount_minor = batch.amount_minor, …` for an UPDATE or ON CONFLICT; every column, or those named. */
  assign(from: string, ...only: (keyof S & string)[]): string;
  /** One array literal per column, in the order of the declaration. */
  values(rows: readonly RowOf<S>[]): string[];
  /** Phantom: `type Row = typeof postings.row`. */
  readonly row: RowOf<S>;
}

/** `amountMinor` → `amount_minor`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/;

/** Declares a batch; throws at start-up on a name that is no plain identifier. */
export function batch<const S extends ColumnSpec>(spec: S): Batch<S> {
  const keys = Object.keys(spec) as (keyof S & string)[];
  for (const key of keys) {
    if (!IDENTIFIER.test(key)) throw new Error(`column name ${key} is not camelCase`);
  }
  const names = keys.map(snakeCase);
  const types = keys.map((key) => (spec[key] as string).replace('?', '') as keyof TypeTable);
  const arrays = (first: number) => types.map((type, i) => `$${first + i}::${type}[]`).join(', ');

  return {
    columns: names.join(', '),
    from: (first = 1, alias = 'batch') =>
      `unnest(${arrays(first)}) AS ${alias}(${names.join(', ')})`,
    fromOrdered: (first = 1, alias = 'batch') =>
      `unnest(${arrays(first)}) WITH ORDINALITY AS ${alias}(${names.join(', ')}, ord)`,
    select: (alias) =>
      keys
        .map((key, i) => `${alias === undefined ? '' : `${alias}.`}${names[i]} AS "${key}"`)
        .join(', '),
    assign: (from, ...only) =>
      (only.length === 0 ? keys : only)
        .map((key) => `${snakeCase(key)} = ${from}.${snakeCase(key)}`)
        .join(', '),
    values: (rows) => keys.map((key, column) => arrayLiteral(types[column]!, rows, key)),
    get row(): RowOf<S> {
      throw new Error('row is a type, not a value');
    },
  };
}
