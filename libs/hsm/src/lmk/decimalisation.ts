/** Decimalisation tables as host commands give them: in clear, or under the LMK where settings ask for it. */
import type { LmkContext } from './lmk-context.js';
import { refuse } from './refusal.js';
import { openTable, sealTable } from './stored-table.js';

const DISTINCT_MIN = 8;
const REPEATS_MAX = 4;

export function tableOf(context: LmkContext, text: string): string {
  const clear = /^\d{16}$/.test(text) && !context.on('encrypted-decimalisation-tables');
  const table = clear ? text : openTable(context.lmk, text);
  if (table === undefined) return refuse('25', 'encrypted-decimalisation-tables');
  return checkedTable(context, table);
}

/** A table under the LMK. */
export function sealedTable(context: LmkContext, table: string): string {
  return sealTable(context.lmk, checkedTable(context, table));
}

/** Ends the command with 25 where it is no table under this LMK, or one that the settings refuse. */
export function checkSealedTable(context: LmkContext, sealed: string): void {
  checkedTable(context, openTable(context.lmk, sealed) ?? refuse('25'));
}

/** At least 8 distinct digits, none more than 4 times, where the settings ask for it. */
function checkedTable(context: LmkContext, table: string): string {
  if (!context.on('decimalisation-table-check')) return table;
  const counts = new Map<string, number>();
  for (const digit of table) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const even = [...counts.values()].every((count) => count <= REPEATS_MAX);
  return counts.size >= DISTINCT_MIN && even ? table : refuse('25', 'decimalisation-table-check');
}
