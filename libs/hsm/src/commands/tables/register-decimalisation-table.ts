import { dataCommand } from '../../declare/command.js';
import { digits } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { tableId } from '../fields.js';

export const registerDecimalisationTable = dataCommand({
  name: 'RegisterDecimalisationTable',
  group: 'tables',
  title: 'stores a decimalisation table; another role activates it',
  source: 'IBM CCA access control point 0356; US 8,639,938',
  roles: ['keyManager'],
  changes: true,
  input: { table: digits('decimal digit for each hexadecimal digit', { length: 16 }) },
  output: { tableId: tableId() },
  errors: ['TABLE_LIMIT'],
  rules: ['M1.two-roles'],
  run(core, { table }, session) {
    const id = core.tables.register(table, session.name);
    return id === undefined ? refusal('TABLE_LIMIT') : done({ tableId: id });
  },
});
