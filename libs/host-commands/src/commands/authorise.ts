/** PX: the authorised state by two officers, which a real device has at its console. */

import { refuse } from '@pinfold/hsm';
import { hostCommand } from '../declare.js';
import { choice, digits, layout } from '../layout/nodes.js';

export const authorise = hostCommand({
  code: 'PX',
  name: 'Authorise, by two officers',
  group: 'service',
  request: layout(choice('mode', { '0': 'end it', '1': 'consent' }, { error: '15' })),
  reply: layout(
    digits('state', 1, { about: '1: authorised; 0: not, or one officer more is needed' }),
  ),
  errors: { '17': 'the client is no officer' },
  notes:
    'This program’s own: on a real device two officers do it at the console. Only clients of the TLS port whose rights say `"officer": true` may send it; two different ones within five minutes authorise the device, for twelve hours, until RA or mode 0.',
  run: ({ host, module }, { mode }) => {
    const { officer } = host;
    if (officer === undefined) return refuse('17');
    if (mode === '0') module.cancelAuthorisation(officer);
    else module.consent(officer);
    return { state: module.authorised ? '1' : '0' };
  },
});
