/** RY: American Express card security codes. */

import { amexCsc } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import { choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { cvkOf, same } from './card-values.js';

export const amexCodes = hostCommand({
  code: 'RY',
  name: 'Calculate or verify American Express card security codes',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '3': 'calculate', '4': 'verify' }, { error: '15' }),
    choice('flag', { '0': 'CSC version 1' }, { error: '15' }),
    key('csck', 'cvk', { plain: 32, about: 'CSCK' }),
    digits('account', 19, { about: 'account number, zero-filled on the right', error: '22' }),
    digits('expiry', 4, { about: 'YYMM' }),
    when('mode', '4', hex('csc5', 5), hex('csc4', 4), hex('csc3', 3)),
  ),
  reply: layout(
    hex('codes', { beforeEnd: 0, max: 13 }, { about: 'calculate: mode and the three codes' }),
  ),
  errors: { '01': 'verification failure', '10': 'CSCK parity' },
  notes:
    'American Express does not publish its algorithm: the codes are those of `amexCsc` in libs/pin, unconfirmed. FFFF as a code is not checked.',
  run: (context, o) => {
    const csck = cvkOf(context, o.csck, 'generate');
    const number = o.account.replace(/0+$/, '').padEnd(15, '0');
    const { csc5, csc4, csc3 } = amexCsc({ csck, pan: number, expiry: o.expiry });
    if (o.mode === '3') return { codes: csc5 + csc4 + csc3 };
    const given = [o.csc5!, o.csc4!, o.csc3!];
    [csc5, csc4, csc3].forEach((code, i) => {
      if (!/^F+$/.test(given[i]!)) same(code, given[i]!);
    });
    return { codes: '' };
  },
});
