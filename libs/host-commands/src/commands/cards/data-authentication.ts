/** KS: data authentication codes and dynamic numbers. */
import { concatBytes, equalConstantTime } from '@pinfold/crypto';
import { applicationCryptogram } from '@pinfold/emv';
import { hostCommand } from '../../declare.js';
import { binary, choice, key, layout, when } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { cardKeyOf, panPsn } from './emv-fields.js';

const SHOWN_BYTES = 2;

/** The left two bytes of one block under a double-length key. */
function shown(masterKey: Uint8Array, block: Uint8Array): Uint8Array {
  const enciphered = applicationCryptogram({ key: masterKey, data: block, padding: 'none' });
  return enciphered.slice(0, SHOWN_BYTES);
}

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
      const { bytes } = context.key(o.mkDac!, 'mkDac', '10', 'derive');
      if (!equalConstantTime(shown(bytes, o.panPsn), o.dac!)) refuse('01');
      return {};
    }
    const { bytes } = context.key(o.mkDn!, 'mkDn', '10', 'derive');
    const card = cardKeyOf(bytes, o.panPsn);
    const made = shown(card, concatBytes(o.atc!, new Uint8Array(2), o.un!));
    card.fill(0);
    if (!equalConstantTime(made, o.dn!)) refuse('01');
    return {};
  },
});
