/** A random PIN: uniform digits by rejection; PINs that people guess first are drawn again. */
import type { RandomBytes } from '@pinfold/crypto';
import { isWeakPin } from '@pinfold/pin';

export function randomPin(length: number, random: RandomBytes): string {
  for (;;) {
    let pin = '';
    while (pin.length < length) {
      for (const byte of random(length)) {
        if (byte < 250 && pin.length < length) pin += String(byte % 10);
      }
    }
    if (!isWeakPin(pin)) return pin;
  }
}
