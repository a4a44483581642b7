/** Random PINs, and clear PINs in and out of the device, where it is authorised. */
import { ClearPin, digitsOf } from './clear-pin.js';
import type { LmkContext } from './lmk-context.js';
import { isExcluded, refuseWeak } from './pin-verification.js';
import { refuse } from './refusal.js';

const SHORTEST = 4;
const LONGEST = 12;

/** A random PIN that the settings take. */
export function randomPin(context: LmkContext, length: number): ClearPin {
  if (length < SHORTEST || length > LONGEST) refuse('24');
  for (;;) {
    const pin = new ClearPin(randomDigits(context, length));
    if (!isExcluded(context, pin)) return pin;
  }
}

/** Digits without bias: bytes of 250 and more are drawn again. */
function randomDigits({ module }: LmkContext, size: number): string {
  let text = '';
  while (text.length < size) {
    for (const byte of module.random(size)) {
      if (byte < 250 && text.length < size) text += byte % 10;
    }
  }
  return text;
}

/** A PIN that a host gives in clear, filled on the right with F; only while authorised. */
export function givenPin(context: LmkContext, field: string): ClearPin {
  context.authorised();
  const digits = /^(\d+)F*$/.exec(field)?.[1];
  if (digits === undefined) return refuse('15');
  if (digits.length < SHORTEST) refuse('24');
  const pin = new ClearPin(digits);
  refuseWeak(context, pin);
  return pin;
}

/** The digits of a PIN, filled on the right with F; only while authorised. */
export function shownPin(context: LmkContext, pin: ClearPin): string {
  return digitsOf(pin).padEnd(context.module.pinLength, 'F');
}
