/** Reading of command-line values. Each failure is one line that says what is allowed. */
import { InvalidArgumentError } from 'commander';
import { usageFailure } from './exit.js';

/**
 * Reads a card number or a PIN. Not left to commander, whose message repeats what was typed.
 * @throws CommandFailure that names the option and what is allowed, never the value
 */
export function secretOption<T>(option: string, value: string, read: (text: string) => T): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw usageFailure('BAD_ARGUMENT', `${option}: ${error.message}`);
  }
}

/** `50`, `50.0` or `50.00` in major units gives minor units; never through a float. */
export function amountMinor(text: string): bigint {
  const [, whole, fraction = ''] = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined) {
    throw new InvalidArgumentError('an amount is digits with at most two decimals, as in 50.00');
  }
  const minor = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
  if (minor === 0n) throw new InvalidArgumentError('an amount must be more than 0');
  return minor;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is allowed`);
    }
    return value;
  };
}

/** 12 to 19 digits with a right check digit (ISO/IEC 7812-1). The value is never repeated in the message. */
export function cardNumber(text: string): string {
  if (!/^\d{12,19}$/.test(text))
    throw new InvalidArgumentError('a card number has 12 to 19 digits');
  if (!hasLuhnDigit(text)) {
    throw new InvalidArgumentError('the last digit of the card number does not fit the others');
  }
  return text;
}

export function pin(text: string): string {
  if (!/^\d{4,12}$/.test(text)) throw new InvalidArgumentError('a PIN has 4 to 12 digits');
  return text;
}

export function terminalId(text: string): string {
  if (!/^[A-Z0-9]{8}$/.test(text)) {
    throw new InvalidArgumentError('a terminal is 8 capital letters or digits, as in ATM00001');
  }
  return text;
}

function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const weighted = i % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
