/** PM: dynamic CVV and CVC3. */
import { dynamicCvc3, dynamicCvv, mustEqualText, refuse } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { pan } from './card-values.js';

const VERSIONS = { '0': '0', '1': '2' } as const;

export const verifyDynamicCvv = hostCommand({
  code: 'PM',
  name: 'Verify a dynamic CVV or CVC',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('scheme', { '0': 'Visa dCVV', '1': 'Mastercard CVC3' }, { error: '05' }),
    choice(
      'version',
      { '0': 'of scheme 0', '2': 'of scheme 1: sequence number and track data given' },
      { error: '15' },
    ),
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
      digits('psn', 2, { about: 'sequence number of the card' }),
      digits('trackLength', 3, { about: 'bytes of the static track data' }),
      binary('track', { from: 'trackLength', max: 256 }),
      hex('un', 8),
      digits('decimalAtc', 5, { about: 'ATC as a decimal number' }),
      alnum('cvc3', 5, { about: 'X where a digit is not compared' }),
    ),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'master key parity' },
  notes:
    'Scheme 0 is that of the HSM 8000 reference, its sequence number 00; scheme 1 has the fields that thalessimulatorlibrary reads. Versions 0 and 1 of scheme 1, to which the IVCVC3 is given, are not served. The last digits of a CVC3 are compared, as many as are no X, 3 at least; the calculated value is given in no state.',
  run: (context, o) => {
    const role = o.scheme === '0' ? 'mkAc' : 'mkCvc3';
    const opened = context.key((o.mkAc ?? o.mkCvc3)!, role, '10', 'derive');
    const { option, pan } = o;
    if (o.version !== VERSIONS[o.scheme]) refuse('15');
    if (o.scheme === '0') {
      const { expiry, serviceCode, counter } = o as Required<typeof o>;
      const atc = counter.slice(-4);
      mustEqualText(dynamicCvv(opened, { pan, option, expiry, serviceCode, atc }), o.dcvv!);
      return {};
    }
    const { track, un, psn, decimalAtc } = o as Required<typeof o>;
    const given = /^X{0,2}(\d{3,5})$/.exec(o.cvc3!)?.[1] ?? refuse('15');
    const atc = atcOf(decimalAtc);
    const made = dynamicCvc3(opened, { pan, psn, option, track, atc, un, digits: given.length });
    mustEqualText(made, given);
    return {};
  },
});

const ATC_MAX = 0xffff;

/** Four hexadecimal digits. */
function atcOf(decimal: string): string {
  const atc = Number(decimal);
  return atc > ATC_MAX ? refuse('15') : atc.toString(16).toUpperCase().padStart(4, '0');
}
