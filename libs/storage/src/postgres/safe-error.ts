/**
 * Database errors without the values that PostgreSQL puts in them: a duplicate's key stands in `detail`,
 * a function's arguments in `where`, and a value of the wrong form (SQLSTATE class 22) in the message.
 * Code, constraint, table and column stay: they say what is wrong.
 */
import { types } from 'node:util';
import { sqlState } from './retry.js';

const FIELDS_WITH_VALUES = ['detail', 'where', 'hint', 'internalQuery', 'dataType'] as const;

/** The same error, its values taken out; anything that is no database error as it is. */
export function withoutValues<E>(error: E): E {
  const state = sqlState(error);
  if (state === undefined || !types.isNativeError(error)) return error;
  const fields = error as unknown as Record<string, unknown>;
  for (const name of FIELDS_WITH_VALUES) {
    if (fields[name] !== undefined) fields[name] = undefined;
  }
  if (state.startsWith('22')) {
    const safe = `a value of the wrong form (${state})`;
    const { message, stack } = error;
    error.message = safe;
    error.stack = stack?.replace(message, safe);
  }
  return error;
}
