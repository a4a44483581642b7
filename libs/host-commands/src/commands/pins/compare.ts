/** BC and BE: PINs compared with stored ones. */
import { mustBeSamePin, pinOfBlock } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { key, layout } from '../../layout/nodes.js';
import { account12Of, accountFor, format, pinBlockUnder, storedPin } from './pin-fields.js';

const compare = <const C extends 'BC' | 'BE'>(code: C, role: 'tpk' | 'zpk', whose: string) =>
  hostCommand({
    code,
    name: `Verify ${whose} PIN by comparison with a stored one`,
    group: 'pins',
    repeatable: true,
    request: layout(
      key('source', role),
      pinBlockUnder('pinBlock', 'source'),
      format('format'),
      accountFor('format'),
      storedPin,
    ),
    reply: layout(),
    errors: { '01': 'the PINs differ', '10': `${role.toUpperCase()} parity` },
    run: (context, { source, pinBlock, format, account, pin }) => {
      const from = context.key(source, role, '10', 'decrypt');
      const given = pinOfBlock(context, from, { block: pinBlock, format, account });
      mustBeSamePin(given, context.openPin(pin, account12Of(account, format)));
      return {};
    },
  });

export const compareTerminalPin = compare('BC', 'tpk', 'a terminal');

export const compareInterchangePin = compare('BE', 'zpk', 'an interchange');
