import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOC_TABLES, fillTables } from './tables.js';

const PAGE = join(import.meta.dirname, '../../../../docs/operations.md');

/** After a change of a table: `UPDATE_DOCS=1 npm test -- libs/platform`. */
it('docs/operations.md quotes the tables as they are', () => {
  const page = readFileSync(PAGE, 'utf8');
  const filled = fillTables(page);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, filled);
  else expect(page).toBe(filled);
});

it('docs/operations.md quotes every table, and an unknown one is an error', () => {
  const page = readFileSync(PAGE, 'utf8');
  for (const name of Object.keys(DOC_TABLES)) expect(page).toContain(`<!-- table: ${name} -->`);
  expect(() => fillTables('<!-- table: none -->\n<!-- end -->')).toThrow('there is no table none');
});
