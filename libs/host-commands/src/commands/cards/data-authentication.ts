/** KS: data authentication codes and dynamic numbers. */

import { equalConstantTime } from '@pinfold/crypto';
import { applicationCryptogram } from '@pinfold/emv';
import { hostCommand } from '../../declare.js';
import { binary, choice, key, layout, when } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { cardKeyOf, panPsn } from './emv-fields.js';

export const verifyDataAuthentication = hostCommand({
  code: 'KS',
  name: 'Verify a data authentication code or dynamic number',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '0': 'data authentication code', '1': 'ICC dynamic number' }, { error: '04' }),
    choice('scheme', { '1': 'Mastercard' }, { error: '05' }),
    when('mode', '0', key('mkDac', 'mkDac')),
    when('mode', '1', key('mkDn', 'mkDn')),
    panPsn,
    when('mode', '0', binary('dac', 2)),
    when('mode', '1', binary('atc', 2), binary('un', 4), binary('dynamicNumber', 8)),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '04': 'mode', '05': 'scheme', '10': 'master key parity' },
  notes:
    'Code: left two bytes of the card’s key over PAN and sequence number; number: the card’s key over ATC, zeros and unpredictable number.',
  run: (context, o) => {
    const code = o.mode === '0';
    const role = code ? 'mkDac' : 'mkDn';
    const { bytes } = context.key((o.mkDac ?? o.mkDn)!, role, '10', 'derive');
    const block = new Uint8Array(8);
    if (code) block.set(o.panPsn);
    else {
      block.set(o.atc!);
      block.set(o.un!, 4);
    }
    const card = cardKeyOf(bytes, o.panPsn);
    const made = applicationCryptogram({ key: card, data: block, padding: 'none' });
    const given = code ? o.dac! : o.dynamicNumber!;
    if (!equalConstantTime(made.slice(0, given.length), given)) refuse('01');
    return {};
  },
});
