/** KS: data authentication codes and dynamic numbers. */
import { mustMatchDac, mustMatchDynamicNumber } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, key, layout, when } from '../../layout/nodes.js';
import { panPsn } from './emv-fields.js';

export const verifyDataAuthentication = hostCommand({
  code: 'KS',
  name: 'Verify a data authentication code or dynamic number',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('mode', { '0': 'data authentication code', '1': 'dynamic number' }, { error: '04' }),
    choice('scheme', { '1': 'Mastercard' }, { error: '05' }),
    when('mode', '0', key('mkDac', 'mkDac')),
    when('mode', '1', key('mkDn', 'mkDn')),
    panPsn,
    when('mode', '0', binary('dac', 2)),
    when('mode', '1', binary('dn', 2), binary('atc', 2), binary('un', 4)),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '04': 'mode', '05': 'scheme', '10': 'master key parity' },
  notes:
    'Code: PAN and sequence number enciphered under MK-DAC, left two bytes. Number: ATC, two zero bytes and unpredictable number enciphered under the card’s key of MK-DN, left two bytes. Mastercard publishes neither, and no public vector confirms them. The calculated value is given in no state.',
  run: (context, o) => {
    if (o.mode === '0') {
      mustMatchDac(context.key(o.mkDac!, 'mkDac', '10', 'derive'), o.panPsn, o.dac!);
      return {};
    }
    const { panPsn, dn, atc, un } = o as Required<typeof o>;
    const master = context.key(o.mkDn!, 'mkDn', '10', 'derive');
    mustMatchDynamicNumber(master, { panPsn, dn, atc, un });
    return {};
  },
});
