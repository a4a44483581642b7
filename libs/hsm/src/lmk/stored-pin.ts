/**
 * PINs under LMK pair 02-03. A real device's method is not public; this one is its own: FF1
 * (NIST SP 800-38G) over the decimal digits of the PIN field, under a key derived from the LMK
 * (HMAC-SHA-256), bound to the account number by the tweak. Tokens of a real device do not open here.
 *
 *   field (L digits, L = clear-PIN field length) = PIN | d repeated d times, d = L - PIN length
 *
 * A PIN has at most L - 1 digits, so the last digit always tells where the PIN ends. What deciphers
 * to anything else is refused with code 14.
 */
import { FF1 } from '@noble/ciphers/ff1.js';

/** Shortest and longest clear-PIN field; 5 is a device's default. */
export const PIN_FIELD = { min: 5, max: 13, default: 5 } as const;

const SHORTEST_PIN = 4;

export interface StoredPinContext {
  readonly pinKey: Uint8Array;
  /** The 12 digits of the host commands. */
  readonly account: string;
  readonly fieldLength: number;
}

/** The enciphered PIN field, or undefined for a PIN that the field cannot hold. */
export function sealPinField(pin: string, context: StoredPinContext): string | undefined {
  const { fieldLength } = context;
  const rest = fieldLength - pin.length;
  if (!/^\d{4,12}$/.test(pin) || rest < 1) return undefined;
  const field = pin + String(rest).repeat(rest);
  return cipherOf(context)
    .encrypt([...field].map(Number))
    .join('');
}

/** The PIN of an enciphered field, or undefined when it holds none for this account. */
export function openPinField(sealed: string, context: StoredPinContext): string | undefined {
  const { fieldLength } = context;
  if (sealed.length !== fieldLength || !/^\d+$/.test(sealed)) return undefined;
  const field = cipherOf(context).decrypt([...sealed].map(Number));
  const rest = field[fieldLength - 1]!;
  const length = fieldLength - rest;
  if (rest < 1 || length < SHORTEST_PIN) return undefined;
  if (!field.slice(length).every((digit) => digit === rest)) return undefined;
  return field.slice(0, length).join('');
}

function cipherOf({ pinKey, account }: StoredPinContext) {
  return FF1(10, pinKey, new TextEncoder().encode(account));
}
