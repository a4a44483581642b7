/** JC, JE and JG: PINs between blocks and LMK encipherment. */

import { blockOfPin, pinOfBlock } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { hex, key, layout } from '../../layout/nodes.js';
import { account12Of, accountFor, format, pinBlockUnder, storedPin } from './pin-fields.js';

const toLmk = <const C extends 'JC' | 'JE'>(code: C, role: 'tpk' | 'zpk') =>
  hostCommand({
    code,
    name: `Translate a PIN from ${role.toUpperCase()} to LMK`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('source', role),
      pinBlockUnder('pinBlock', 'source'),
      format('format'),
      accountFor('format'),
    ),
    reply: layout(storedPin),
    errors: { '10': `source ${role.toUpperCase()} parity` },
    run: (context, { source, pinBlock, format, account }) => {
      const from = context.key(source, role, '10', 'decrypt');
      const pin = pinOfBlock(context, from, { block: pinBlock, format, account });
      return { pin: context.sealPin(pin, account12Of(account, format)) };
    },
  });

export const translateTpkToLmk = toLmk('JC', 'tpk');

export const translateZpkToLmk = toLmk('JE', 'zpk');

export const translateLmkToZpk = hostCommand({
  code: 'JG',
  name: 'Translate a PIN from LMK to ZPK',
  group: 'pins',
  repeatable: true,
  request: layout(key('destination', 'zpk'), format('format'), accountFor('format'), storedPin),
  reply: layout(hex('pinBlock', { beforeEnd: 0, max: 32 })),
  errors: { '10': 'destination ZPK parity' },
  run: (context, { destination, format, account, pin }) => {
    const to = context.key(destination, 'zpk', '10', 'encrypt');
    const clear = context.openPin(pin, account12Of(account, format));
    return { pinBlock: blockOfPin(context, to, { pin: clear, format, account }) };
  },
});
