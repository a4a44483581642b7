/** ED and CS: decimalisation tables under the LMK. */

import { checkSealedTable, sealedTable } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, digits, layout } from '../../layout/nodes.js';
import { SEALED_TABLE } from '../pins/ibm.js';

export const encryptTable = hostCommand({
  code: 'ED',
  name: 'Encrypt a decimalisation table',
  group: 'pins',
  request: layout(digits('table', 16, { error: '25' })),
  reply: layout(alnum('sealed', SEALED_TABLE)),
  errors: { '17': 'not authorised', '25': 'table refused' },
  notes:
    'On a real device ED is a console command; as a host command it is this program’s own. Tables under the variant LMK (pair 18-19 variant 1) are those of a real device with the same LMK; under the AES key-block LMK they have its form (L and 32 digits), and a way of encipherment of their own.',
  run: (context, { table }) => {
    context.authorised();
    return { sealed: sealedTable(context, table) };
  },
});

export const checkTable = hostCommand({
  code: 'CS',
  name: 'Check an encrypted decimalisation table',
  group: 'pins',
  repeatable: true,
  request: layout(alnum('sealed', SEALED_TABLE, { error: '25' })),
  reply: layout(),
  errors: { '25': 'no table under this LMK, or one that the settings refuse' },
  notes: 'This program’s own: on a real device CS is another command, of the console.',
  run: (context, { sealed }) => {
    checkSealedTable(context, sealed);
    return {};
  },
});
