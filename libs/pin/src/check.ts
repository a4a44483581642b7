/**
 * Preconditions shared by the functions of this library. A broken one throws `InputError` with a
 * stable code and a message that says what is allowed; the value itself is never in the message.
 */
import { DesKey, InputError } from '@pinfold/crypto';

/** ISO 9564-1, 8.1: a PIN has 4 to 12 digits. */
export const PIN_LENGTH = { min: 4, max: 12 } as const;

/** ISO/IEC 7812-1 account numbers, with check digit, as ISO 9564-1 format 4 can carry them. */
export const PAN_LENGTH = { min: 12, max: 19 } as const;

/** True when `text` has only the digits 0 to 9 and its length lies within `min` and `max`. */
export function isDigits(text: unknown, min: number, max: number): text is string {
  if (typeof text !== 'string' || text.length < min || text.length > max) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Throws `code` unless `text` is `min` to `max` digits; `name` is the parameter's name. */
export function requireDigits(
  text: unknown,
  { name, min, max, code }: { name: string; min: number; max: number; code: string },
): asserts text is string {
  if (isDigits(text, min, max)) return;
  const allowed = min === max ? `${min}` : `${min} to ${max}`;
  throw new InputError(code, `${name} must be ${allowed} digit${max === 1 ? '' : 's'}`);
}

/** Throws `KEY_INVALID` unless `key` is a DES or triple-DES key; `name` is the parameter's name. */
export function requireDesKey(key: unknown, name: string): asserts key is DesKey {
  if (key instanceof DesKey) return;
  throw new InputError('KEY_INVALID', `${name} must be a DES key`);
}

/** Throws `PIN_INVALID` unless `pin` is 4 to 12 digits. */
export function requirePin(pin: unknown): asserts pin is string {
  requireDigits(pin, { name: 'pin', ...PIN_LENGTH, code: 'PIN_INVALID' });
}

/** Throws `PAN_INVALID` unless `pan` is 12 to 19 digits (the whole PAN with its check digit). */
export function requirePan(pan: unknown): asserts pan is string {
  requireDigits(pan, { name: 'pan', ...PAN_LENGTH, code: 'PAN_INVALID' });
}

/** Throws `code` unless `text` is exactly `length` hexadecimal digits of either case. */
export function requireHexDigits(
  text: unknown,
  { name, length, code }: { name: string; length: number; code: string },
): asserts text is string {
  if (typeof text === 'string' && text.length === length && /^[0-9A-Fa-f]*$/.test(text)) return;
  throw new InputError(
    code,
    `${name} must be ${length} hexadecimal digit${length === 1 ? '' : 's'}`,
  );
}
