/** BG, BQ and QK: PINs under LMK enciphered anew. */

import { hostCommand } from '../../declare.js';
import { choice, digits, layout } from '../../layout/nodes.js';
import { account12, storedPin } from './pin-fields.js';

export const translatePinLength = hostCommand({
  code: 'BG',
  name: 'Translate a PIN and its length',
  group: 'pins',
  request: layout(
    account12,
    storedPin,
    choice('target', { '0': 'to the length of the PIN field' }, { error: '15' }),
  ),
  reply: layout(storedPin),
  notes: 'This device has one length of PIN field; the PIN is enciphered again.',
  run: (context, { account, pin }) => ({
    pin: context.sealPin(context.openPin(pin, account), account),
  }),
});

export const translatePinAlgorithm = hostCommand({
  code: 'BQ',
  name: 'Translate a PIN algorithm',
  group: 'pins',
  request: layout(account12, storedPin),
  reply: layout(storedPin),
  notes: 'This device has one PIN algorithm; the PIN is checked and enciphered again.',
  run: (context, { account, pin }) => ({
    pin: context.sealPin(context.openPin(pin, account), account),
  }),
});

export const translateAccount = hostCommand({
  code: 'QK',
  name: 'Translate the account number of a PIN under LMK',
  group: 'pins',
  request: layout(
    digits('oldAccount', 12, { error: '22' }),
    digits('newAccount', 12, { error: '22' }),
    storedPin,
  ),
  reply: layout(storedPin),
  run: (context, { oldAccount, newAccount, pin }) => {
    context.authorised();
    return { pin: context.sealPin(context.openPin(pin, oldAccount), newAccount) };
  },
});
