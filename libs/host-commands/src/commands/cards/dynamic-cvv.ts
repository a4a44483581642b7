/** PM: dynamic CVV and CVC3. */
import { dynamicCvc3, dynamicCvv, mustEqualText } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { pan } from './card-values.js';

export const verifyDynamicCvv = hostCommand({
  code: 'PM',
  name: 'Verify a dynamic CVV or CVC',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('scheme', { '0': 'Visa dCVV', '1': 'Mastercard CVC3' }, { error: '05' }),
    choice('version', { '0': 'first' }, { error: '15' }),
    when('scheme', '0', key('mkAc', 'mkAc', { about: 'MK-AC, from which the card’s key is made' })),
    when('scheme', '1', key('mkCvc3', 'mkCvc3')),
    choice('option', { A: 'EMV option A', B: 'EMV option B' }, { error: '15' }),
    pan,
    when(
      'scheme',
      '0',
      digits('expiry', 4),
      digits('serviceCode', 3),
      digits('counter', 6, { about: 'ATC, zeros on the left' }),
      digits('dcvv', 3),
    ),
    when(
      'scheme',
      '1',
      hex('trackLength', 4, { about: 'bytes of the static track data' }),
      binary('track', { from: 'trackLength', radix: 16, max: 256 }),
      hex('un', 8),
      hex('atc', 4),
      digits('cvc3', 5),
    ),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'master key parity' },
  notes:
    'The sequence number is 00. Scheme 0 is that of the HSM 8000 reference; the fields of scheme 1 after the PAN are this program’s own, since no public source shows them. CVC3: as many right-most digits are compared as follow leading zeros of the field, at least 3.',
  run: (context, o) => {
    const role = o.scheme === '0' ? 'mkAc' : 'mkCvc3';
    const opened = context.key((o.mkAc ?? o.mkCvc3)!, role, '10', 'derive');
    const { option, pan } = o;
    if (o.scheme === '0') {
      const { expiry, serviceCode, counter } = o as Required<typeof o>;
      const atc = counter.slice(-4);
      mustEqualText(dynamicCvv(opened, { pan, option, expiry, serviceCode, atc }), o.dcvv!);
      return {};
    }
    const { track, atc, un, cvc3 } = o as Required<typeof o>;
    const digits = Math.max(3, cvc3.replace(/^0+/, '').length);
    const made = dynamicCvc3(opened, { pan, option, track, atc, un, digits });
    mustEqualText(made, cvc3.slice(-digits));
    return {};
  },
});
