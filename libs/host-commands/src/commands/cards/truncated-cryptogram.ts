/** K2: truncated application cryptograms (CAP). */

import { equalConstantTime } from '@pinfold/crypto';
import { applicationCryptogram, type SessionKeyMethod, sessionKey } from '@pinfold/emv';
import { hostCommand } from '../../declare.js';
import { binary, choice, key, layout } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { arqcErrors, atc, cardKeyOf, panPsn, transaction, un } from './emv-fields.js';

export const verifyTruncatedCryptogram = hostCommand({
  code: 'K2',
  name: 'Verify a truncated application cryptogram (CAP)',
  group: 'cards',
  repeatable: true,
  request: layout(
    choice(
      'scheme',
      { '0': 'Visa, no session key', '1': 'Mastercard M/Chip', '2': 'EMV common session key' },
      { error: '05' },
    ),
    key('mkAc', 'mkAc'),
    panPsn,
    atc,
    un,
    ...transaction,
    binary('cryptogram', 8, { about: 'zeros where the mask has none' }),
    binary('mask', 8, { about: 'ones for the bits that are compared' }),
  ),
  reply: layout(),
  errors: arqcErrors,
  notes: 'Fields are this program’s own: no public layout of the command was at hand.',
  run: (context, o) => {
    const { bytes } = context.key(o.mkAc, 'mkAc', '10', 'derive');
    const card = cardKeyOf(bytes, o.panPsn);
    const diversifier = new Uint8Array(8);
    diversifier.set(o.atc);
    const how: SessionKeyMethod =
      o.scheme === '0'
        ? { method: 'none' }
        : o.scheme === '1'
          ? { method: 'mastercard', atc: o.atc, un: o.un }
          : { method: 'common', diversifier };
    const session = sessionKey(card, how);
    const padding = o.scheme === '0' ? 'iso1' : 'iso2';
    const made = applicationCryptogram({ key: session, data: o.data, padding });
    if (o.mask.every((byte) => byte === 0)) refuse('15');
    const masked = made.map((byte, i) => byte & o.mask[i]!);
    const given = o.cryptogram.map((byte, i) => byte & o.mask[i]!);
    if (!equalConstantTime(masked, given)) refuse('01');
    return {};
  },
});
