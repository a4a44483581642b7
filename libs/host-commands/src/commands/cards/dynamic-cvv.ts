/** PM: dynamic CVV and CVC3. */

import { DesKey, fromHex } from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { cvc3, dcvv } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, hex, key, layout, when } from '../../layout/nodes.js';
import { pan, same } from './card-values.js';

export const verifyDynamicCvv = hostCommand({
  code: 'PM',
  name: 'Verify a dynamic CVV or CVC',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice('scheme', { '0': 'Visa dCVV', '1': 'Mastercard CVC3' }, { error: '05' }),
    choice('version', { '0': 'first' }, { error: '15' }),
    key('masterKey', 'mkCvc3', { about: 'MK-DCVV or MK-CVC3' }),
    choice('option', { A: 'EMV option A', B: 'EMV option B' }, { error: '15' }),
    pan,
    digits('psn', 2),
    when(
      'scheme',
      '0',
      digits('expiry', 4),
      digits('serviceCode', 3),
      digits('atc', 4),
      digits('dcvv', 3),
    ),
    when(
      'scheme',
      '1',
      hex('trackLength', 4, { about: 'bytes of the static track data' }),
      binary('track', { from: 'trackLength', radix: 16, max: 256 }),
      hex('un', 8),
      hex('atc3', 4),
      digits('cvc3', 5),
    ),
  ),
  reply: layout(),
  errors: { '01': 'verification failure', '10': 'master key parity' },
  notes:
    'CVC3: as many right-most digits are compared as follow leading zeros of the field, at least 3.',
  run: (context, o) => {
    const opened = context.key(o.masterKey, 'mkCvc3', '10', 'derive');
    const { option, psn } = o;
    const card = iccMasterKey({ imk: opened.bytes, pan: o.pan, psn, option });
    const cardKey = DesKey.of(card);
    try {
      if (o.scheme === '0') {
        const { expiry, serviceCode, atc } = o as Required<typeof o>;
        same(dcvv({ cvk: cardKey, pan: o.pan, expiry, serviceCode, atc }), o.dcvv!);
        return {};
      }
      const size = Math.max(3, o.cvc3!.replace(/^0+/, '').length);
      const made = cvc3({
        key: cardKey,
        track: o.track!,
        atc: fromHex(o.atc3!),
        un: fromHex(o.un!),
        digits: size,
      });
      same(made, o.cvc3!.slice(-size));
      return {};
    } finally {
      cardKey.wipe();
      card.fill(0);
    }
  },
});
