/**
 * One-dimensional array literals, `{1,2,NULL}` (PostgreSQL 18 documentation, section 8.15.6). `pg`
 * makes the same text for any value, one element at a time, and quotes all of it; here the type of
 * the column is known, so numbers need no look at all.
 */
/** PostgreSQL type → JavaScript type of one value. `?` at the end of a declaration: null allowed. */
export interface TypeTable {
  text: string;
  bigint: bigint;
  integer: number;
  boolean: boolean;
  bytea: Uint8Array;
  timestamptz: Date;
  uuid: string;
  jsonb: unknown;
}

const SPECIAL = /["\\]/;

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/** The text of one value that is not null. */
const TEXT_OF: Readonly<Record<keyof TypeTable, (value: never) => string>> = {
  text: quoted,
  uuid: quoted,
  bigint: (value: bigint) => value.toString(),
  integer: (value: number) => String(value),
  boolean: (value: boolean) => (value ? 't' : 'f'),
  bytea: (value: Uint8Array) =>
    `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`,
  timestamptz: (value: Date) => quoted(value.toISOString()),
  jsonb: (value: unknown) => quoted(JSON.stringify(value)),
};

/** The values of one column as a literal; null and undefined are NULL. */
export function arrayLiteral(
  type: keyof TypeTable,
  rows: readonly Readonly<Record<string, unknown>>[],
  key: string,
): string {
  const textOf = TEXT_OF[type] as (value: unknown) => string;
  let literal = '{';
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]![key];
    if (i > 0) literal += ',';
    literal += value === null || value === undefined ? 'NULL' : textOf(value);
  }
  return `${literal}}`;
}
