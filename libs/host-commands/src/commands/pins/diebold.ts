/**
 * EG: a PIN verified with the Diebold method, whose tables stand in the user storage of a device. Neither
 * the method nor a table is public, and nothing loads this device's storage: a sound command is
 * answered as by a real device whose storage is empty.
 */

import { formatNamed, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, digits, hex, key, layout, literal } from '../../layout/nodes.js';
import { account12, blockFields } from './pin-fields.js';

export const verifyDiebold = hostCommand({
  code: 'EG',
  name: 'Verify an interchange PIN, Diebold method',
  group: 'pins',
  repeatable: true,
  request: layout(
    key('pinKey', 'zpk'),
    literal('K'),
    hex('tablePointer', 3, { about: 'where the table begins in user storage' }),
    hex('algorithmNumber', 2),
    ...blockFields('pinKey'),
    account12,
    alnum('validationData', 16, {
      about: 'with N where the last 5 digits of the account number go',
    }),
    digits('offset', 4),
  ),
  reply: layout(),
  errors: { '10': 'ZPK parity', '12': 'no table in user storage' },
  notes:
    'The method is not public and the user storage of this device is empty: a sound command is answered with 12, as a real device without a table does.',
  run: (context, o) => {
    context.key(o.pinKey, 'zpk', '10', 'decrypt');
    formatNamed(o.format);
    return refuse('12');
  },
});
