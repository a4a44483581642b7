import { readFileSync, writeFileSync } from 'node:fs';
import { HEADERS } from '../record.js';
import { DOC_TABLES, fillTables } from './tables.js';

const PAGE = new URL('../../../../docs/reference/messages.md', import.meta.url);

describe('docs/reference/messages.md', () => {
  /** After a change of a table: `UPDATE_DOCS=1 npm test -- libs/messages`. */
  it('quotes the tables as they are', () => {
    const page = readFileSync(PAGE, 'utf8');
    const filled = fillTables(page);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, filled);
    else expect(page).toBe(filled);
  });

  it('quotes every table and names every header', () => {
    const page = readFileSync(PAGE, 'utf8');
    for (const name of Object.keys(DOC_TABLES)) expect(page).toContain(`<!-- table: ${name} -->`);
    for (const header of Object.values(HEADERS)) expect(page).toContain(`\`${header}\``);
    expect(() => fillTables('<!-- table: none -->\n<!-- end -->')).toThrow('no table none');
  });
});
