/**
 * Decimalisation tables under an LMK: sixteen decimal digits, eight bytes.
 *
 *   variant LMK: one block of triple DES under pair 18-19 variant 1, as the HSM 8000 reference has it (LO)
 *   AES key-block LMK: `L` and 32 digits, as payShields give them: table and eight zeros as one block of
 *   AES-256; what a real device puts beside the table is not public
 *   triple DES key-block LMK: one block of two-key triple DES, of its own making
 *
 * The keys under key-block LMKs are derived from them. What deciphers to anything but decimal digits, and
 * zeros under AES, is no table (triple DES: all but one in 1,800 of altered ones).
 */
import {
  AesKey,
  type BlockKey,
  DesKey,
  decryptEcb,
  encryptEcb,
  fromHex,
  hmac,
  toHex,
} from '@pinfold/crypto';
import { lmkVariant } from '@pinfold/keyblock';
import type { Lmk } from './lmk.js';

const PURPOSE = new TextEncoder().encode('decimalisation table');
const AES_MARK = 'L';
const KEYS = new WeakMap<Lmk, BlockKey>();

/** 16 hexadecimal digits, or L and 32. */
export function sealTable(lmk: Lmk, table: string): string {
  const { key, mark, filling } = formOf(lmk);
  return mark + toHex(encryptEcb(key, fromHex(table + filling)));
}

/** The table, or undefined. */
export function openTable(lmk: Lmk, sealed: string): string | undefined {
  const { key, mark, filling } = formOf(lmk);
  const digits = sealed.slice(mark.length);
  if (!sealed.startsWith(mark) || !/^[0-9A-F]+$/.test(digits)) return undefined;
  if (digits.length !== 2 * key.blockBytes) return undefined;
  const clear = toHex(decryptEcb(key, fromHex(digits)));
  const table = clear.slice(0, clear.length - filling.length);
  return clear.endsWith(filling) && /^\d{16}$/.test(table) ? table : undefined;
}

function formOf(lmk: Lmk): { key: BlockKey; mark: string; filling: string } {
  const key = keyOf(lmk);
  return key instanceof AesKey
    ? { key, mark: AES_MARK, filling: '0'.repeat(16) }
    : { key, mark: '', filling: '' };
}

function keyOf(lmk: Lmk): BlockKey {
  const known = KEYS.get(lmk);
  if (known !== undefined) return known;
  const key = newKey(lmk);
  KEYS.set(lmk, key);
  return key;
}

function newKey(lmk: Lmk): BlockKey {
  if (lmk.kind === 'variant') return DesKey.of(lmkVariant(lmk.pairs['18-19']!, 1));
  const derived = hmac('sha256', lmk.pinKey, PURPOSE);
  return lmk.version === '1' ? AesKey.of(derived) : DesKey.of(derived.slice(0, 16));
}
