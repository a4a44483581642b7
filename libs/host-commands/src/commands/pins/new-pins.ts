/** JA, BA and NG: random PINs, clear PINs in and out. */
import { givenPin, randomPin as newPin, shownPin } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { alnum, digits, END_OF_FIELDS, layout, unlessNext } from '../../layout/nodes.js';
import { account12, storedPin } from './pin-fields.js';

export const randomPin = hostCommand({
  code: 'JA',
  name: 'Generate a random PIN',
  group: 'pins',
  request: layout(
    account12,
    unlessNext(
      END_OF_FIELDS,
      digits('length', 2, { about: 'digits of the PIN, 04 up to the PIN field less one' }),
    ),
  ),
  reply: layout(storedPin),
  notes: 'Without a length the PIN has four digits.',
  run: (context, { account, length = '04' }) => ({
    pin: context.sealPin(newPin(context, Number(length)), account),
  }),
});

export const encryptClearPin = hostCommand({
  code: 'BA',
  name: 'Encrypt a clear PIN',
  group: 'pins',
  request: layout(
    alnum('clearPin', 'pin', { about: 'the PIN, filled on the right with F' }),
    account12,
  ),
  reply: layout(storedPin),
  errors: { '17': 'not authorised, or clear PINs not enabled' },
  run: (context, { clearPin, account }) => ({
    pin: context.sealPin(givenPin(context, clearPin), account),
  }),
});

export const decryptPin = hostCommand({
  code: 'NG',
  name: 'Decrypt an encrypted PIN',
  group: 'pins',
  request: layout(account12, storedPin),
  reply: layout(
    alnum('clearPin', 'pin', { about: 'the PIN, filled on the right with F' }),
    digits('reference', 12, { about: 'reference number for the cardholder: zeros here' }),
  ),
  errors: { '17': 'not authorised, or clear PINs not enabled' },
  run: (context, { account, pin }) => {
    context.authorised();
    return {
      clearPin: shownPin(context, context.openPin(pin, account)),
      reference: '0'.repeat(12),
    };
  },
});
