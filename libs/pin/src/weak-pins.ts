/**
 * PINs that a customer should not choose: one repeated digit, digits counting up or down, the
 * listed favourites. The favourites of four digits are the most frequent in public studies of
 * leaked PINs (DataGenetics 2012; Bonneau, Preibusch, Anderson, "A birthday present every eleven
 * wallets?", 2012).
 */
import { isDigits, PIN_LENGTH, requireDigits, requirePin } from './check.js';

/** Favourites that the patterns below do not catch. */
export const FAVOURITE_PINS: readonly string[] = [
  '1212',
  '1004',
  '2000',
  '6969',
  '1122',
  '1313',
  '2001',
  '1010',
  '2580',
  '0852',
  '1998',
  '1999',
  '123123',
  '121212',
  '112233',
  '159753',
  '131313',
  '696969',
  '789456',
  '147258',
];

/**
 * Why a PIN is weak, or undefined when it is not. `excluded` adds an issuer's own list (4 to 12
 * digits each).
 */
export function weaknessOf(
  pin: string,
  excluded: readonly string[] = [],
): 'repeated' | 'sequence' | 'favourite' | 'excluded' | undefined {
  requirePin(pin);
  for (const entry of excluded) {
    requireDigits(entry, { name: 'excluded PIN', ...PIN_LENGTH, code: 'PIN_INVALID' });
  }
  if (hasStep(pin, 0)) return 'repeated';
  if (hasStep(pin, 1) || hasStep(pin, 9)) return 'sequence';
  if (FAVOURITE_PINS.includes(pin)) return 'favourite';
  return excluded.includes(pin) ? 'excluded' : undefined;
}

/** True when the PIN is one that `weaknessOf` names. */
export function isWeakPin(pin: string, excluded: readonly string[] = []): boolean {
  return weaknessOf(pin, excluded) !== undefined;
}

/** Whether every digit is the one before plus `step`, modulo 10 (so 7890 counts as a sequence). */
function hasStep(pin: string, step: number): boolean {
  for (let i = 1; i < pin.length; i++) {
    if ((pin.charCodeAt(i) - pin.charCodeAt(i - 1) - step) % 10 !== 0) return false;
  }
  return true;
}

/** True for text of 4 to 12 digits that is not weak: what a PIN change accepts. */
export function isAcceptablePin(text: unknown, excluded: readonly string[] = []): boolean {
  return isDigits(text, PIN_LENGTH.min, PIN_LENGTH.max) && !isWeakPin(text, excluded);
}
