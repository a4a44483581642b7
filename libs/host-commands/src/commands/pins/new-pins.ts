/** JA, BA and NG: random PINs, clear PINs in and out. */

import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { alnum, digits, layout } from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { account12, refuseWeak, storedPin } from './pin-fields.js';

export const randomPin = hostCommand({
  code: 'JA',
  name: 'Generate a random PIN',
  group: 'pins',
  request: layout(
    account12,
    digits('length', 2, { about: 'digits of the PIN, 04 up to the PIN field less one' }),
  ),
  reply: layout(storedPin),
  run: (context, { account, length }) => {
    const size = Number(length);
    if (size < 4 || size > 12) refuse('24');
    let pin: string;
    do pin = randomDigits(context, size);
    while (isRefusedWeak(context, pin));
    return { pin: context.sealPin(pin, account) };
  },
});

function isRefusedWeak(context: Context, pin: string): boolean {
  try {
    refuseWeak(context, pin);
    return false;
  } catch {
    return true;
  }
}

/** Digits without bias: bytes of 250 and more are drawn again. */
function randomDigits(context: Context, size: number): string {
  let text = '';
  while (text.length < size) {
    for (const byte of context.device.random(size)) {
      if (byte < 250 && text.length < size) text += byte % 10;
    }
  }
  return text;
}

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
  run: (context, { clearPin, account }) => {
    context.authorised();
    const pin = /^(\d+)F*$/.exec(clearPin)?.[1];
    if (pin === undefined) return refuse('15');
    if (pin.length < 4) refuse('24');
    refuseWeak(context, pin);
    return { pin: context.sealPin(pin, account) };
  },
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
    const clear = context.openPin(pin, account);
    return {
      clearPin: clear.padEnd(context.device.pinLength, 'F'),
      reference: '0'.repeat(12),
    };
  },
});
