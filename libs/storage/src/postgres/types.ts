/**
 * How PostgreSQL values appear in JavaScript: `bigint` columns as JS bigint (amounts are exact),
 * everything else as `pg` has it: integer → number, text → string, bytea → Buffer (a Uint8Array),
 * boolean → boolean, timestamptz → Date, jsonb → parsed, numeric → string.
 * `sum(bigint)` is numeric in PostgreSQL: write `sum(amount)::bigint`.
 */
import pg from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;

/** `{1,2,NULL}` as PostgreSQL prints an int8[] of one dimension. */
function parseInt8Array(text: string): (bigint | null)[] {
  const inner = text.slice(1, -1);
  if (inner === '') return [];
  return inner.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
}

/** Handed to every connection of a `Database`; the process-wide defaults of `pg` stay as they are. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === INT8) return BigInt;
      if (oid === INT8_ARRAY) return parseInt8Array;
    }
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};
