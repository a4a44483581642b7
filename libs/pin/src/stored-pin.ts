/**
 * PINs at rest: a PIN block bound to its account, under a storage key that has no other use. AES
 * keys store format 4 (16 bytes), triple DES keys format 3 (8 bytes); both are random, so equal
 * PINs look different. ISO 9564-1 allows storage only enciphered and bound to the account (7.3).
 */
import {
  AesKey,
  type BlockKey,
  equalConstantTime,
  ok,
  type RandomBytes,
  type Result,
  refused,
  wipe,
} from '@pinfold/crypto';
import { requirePin } from './check.js';
import { decryptPinBlock, encryptPinBlock, type PinBlockRefusal } from './pin-block.js';

/** The stored form of a PIN: 8 bytes under triple DES, 16 under AES. */
export function sealStoredPin(o: {
  key: BlockKey;
  pin: string;
  pan: string;
  random: RandomBytes;
}): Uint8Array {
  return encryptPinBlock({ ...o, format: formatFor(o.key) });
}

/** The PIN of a stored form, or `PIN_BLOCK_INVALID` (altered, another account, another key). */
export function openStoredPin(o: {
  key: BlockKey;
  stored: Uint8Array;
  pan: string;
}): Result<string, PinBlockRefusal> {
  return decryptPinBlock({ format: formatFor(o.key), key: o.key, block: o.stored, pan: o.pan });
}

/**
 * Whether `pin` is the stored one; compared in constant time. A bad stored form is refused, never
 * "wrong".
 */
export function verifyStoredPin(o: {
  key: BlockKey;
  stored: Uint8Array;
  pan: string;
  pin: string;
}): Result<boolean, PinBlockRefusal> {
  requirePin(o.pin);
  const opened = openStoredPin(o);
  if (!opened.ok) return refused(opened.code);
  const expected = padded(opened.value);
  const given = padded(o.pin);
  const equal = equalConstantTime(expected, given);
  wipe(expected);
  wipe(given);
  return ok(equal);
}

function formatFor(key: BlockKey): 'iso3' | 'iso4' {
  return key instanceof AesKey ? 'iso4' : 'iso3';
}

/** Twelve places whatever the PIN's length: the comparison says nothing about it. */
function padded(pin: string): Uint8Array {
  return new TextEncoder().encode(pin.padEnd(12, 'F'));
}
