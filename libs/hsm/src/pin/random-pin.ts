/** A random PIN: uniform digits by rejection; PINs that people guess first are drawn again. */
import type { RandomBytes } from '@pinfold/crypto';

/** All digits equal, or a run up or down. */
export function isWeakPin(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, i) => (Number(digit) - Number(pin[i]) + 10) % 10);
  return steps.every((step) => step === steps[0]) && [0, 1, 9].includes(steps[0]!);
}

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
