/**
 * Checks of the members that PIN commands share. The fields in `commands/fields.ts` are made of
 * them, and so are the hand-made input checks of the commands where every nanosecond counts.
 */
import { isBytes } from '@pinfold/crypto';
import { TOKEN_TEXT_MAX } from '../declare/field.js';
import { account } from './account.js';
import { PIN_FORMATS } from './extract.js';
import { RECORD_TEXT_MAX } from './verification-record.js';

export const RECORD_TEXT_MIN = 10;
const formats: readonly unknown[] = PIN_FORMATS;

/** 12 to 19 digits; the account's words are then in `account`. */
export function isPan(value: unknown): boolean {
  return account.read(value);
}

/** 8 or 16 bytes. */
export function isPinBlock(value: unknown): boolean {
  return (
    (value instanceof Uint8Array || isBytes(value)) && (value.length === 8 || value.length === 16)
  );
}

export function isPinFormat(value: unknown): boolean {
  return value === 'iso0' || formats.includes(value);
}

export function isToken(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= TOKEN_TEXT_MAX;
}

export function isRecord(value: unknown): boolean {
  return (
    typeof value === 'string' && value.length >= RECORD_TEXT_MIN && value.length <= RECORD_TEXT_MAX
  );
}
