/**
 * Decimalisation tables under an LMK: sixteen decimal digits as one block of eight bytes.
 *
 *   variant LMK: triple DES under pair 18-19 variant 1, as the HSM 8000 reference has it (LO)
 *   key-block LMK: two-key triple DES under a key derived from the LMK, of its own making: what a real
 *   device does is not public, and one with an AES LMK gives 32 digits
 *
 * What deciphers to anything but decimal digits (all but one in 1,800 of altered tables) is no table.
 */
import { DesKey, decryptEcb, encryptEcb, fromHex, hmac, toHex } from '@pinfold/crypto';
import { lmkVariant } from '@pinfold/keyblock';
import type { Lmk } from './lmk.js';

const PURPOSE = new TextEncoder().encode('decimalisation table');
const KEYS = new WeakMap<Lmk, DesKey>();

/** 16 hexadecimal digits. */
export function sealTable(lmk: Lmk, table: string): string {
  return toHex(encryptEcb(keyOf(lmk), fromHex(table)));
}

/** The table, or undefined. */
export function openTable(lmk: Lmk, sealed: string): string | undefined {
  const table = toHex(decryptEcb(keyOf(lmk), fromHex(sealed)));
  return /^\d{16}$/.test(table) ? table : undefined;
}

function keyOf(lmk: Lmk): DesKey {
  const known = KEYS.get(lmk);
  if (known !== undefined) return known;
  const key =
    lmk.kind === 'variant'
      ? DesKey.of(lmkVariant(lmk.pairs['18-19']!, 1))
      : DesKey.of(hmac('sha256', lmk.pinKey, PURPOSE).slice(0, 16));
  KEYS.set(lmk, key);
  return key;
}
