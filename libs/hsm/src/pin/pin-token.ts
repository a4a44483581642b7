/**
 * A stored PIN: a token of type PIN (under PMK) that holds the PIN as a clear PIN field of format 0
 * without account. Hardened tokens bind the account by its digest, as data keys bind their context.
 */

import { createHash } from 'node:crypto';
import { packDigits } from '@pinfold/pin';
import type { Core } from '../core.js';
import { readySlot } from '../keys/key-store.js';

export const PIN_TOKEN = { types: ['PIN'], usages: ['STOREDPIN'], part: 'data' } as const;
const SLOT = readySlot(PIN_TOKEN);

function accountDigest(pan: string): string {
  return createHash('sha256').update(`pin of ${pan}`).digest('hex').slice(0, 32).toUpperCase();
}

/**
 * 16 bytes: length, digits one per byte, random fill. Without the fill two tokens of one PIN would be
 * equal, and whoever stores PINs of his choice would have a code book.
 */
export function sealPin(core: Core, pin: string, pan: string): string {
  const bytes = Uint8Array.from(core.random(16));
  bytes[0] = pin.length;
  for (let i = 0; i < pin.length; i++) bytes[1 + i] = packDigits(pin, i, 1);
  const as = { usage: 'STOREDPIN', part: 'data', context: accountDigest(pan) } as const;
  const { token } = core.keys.seal(bytes, 'T', as);
  bytes.fill(0);
  return token;
}

/** Reads a secret: the PIN as text, or undefined where the token is not one of this account. */
export function openPin(core: Core, token: string, pan: string): string | undefined {
  const held = core.keys.open(token, SLOT);
  if (held === undefined) return undefined;
  const { context } = held.header;
  if (context !== undefined && context !== accountDigest(pan)) return undefined;
  const bytes = held.exposeBytes();
  const length = bytes[0]!;
  if (length < 4 || length > 12 || bytes.length !== 16) return undefined;
  let pin = '';
  for (let i = 0; i < length; i++) pin += String(bytes[1 + i]);
  return /^\d{4,12}$/.test(pin) ? pin : undefined;
}
