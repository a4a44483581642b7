/** PIN blocks and account numbers as the fields of host commands. */
import { type Done, done, type Refusal, refusal, toHex } from '@pinfold/hsm';
import { algorithmOf } from './roles.js';
import type { PayshieldKey } from './tokens.js';

/**
 * The formats that are bound to the account (ISO 9564-1) by the payShield's two-digit codes. Others are not
 * asked for: in a payShield that lets them through, a PIN moves from account to account.
 */
const FORMATS: Readonly<Record<string, { code: string; algorithm: 'T' | 'A'; bytes: number }>> = {
  iso0: { code: '01', algorithm: 'T', bytes: 8 },
  iso3: { code: '47', algorithm: 'T', bytes: 8 },
  iso4: { code: '48', algorithm: 'A', bytes: 16 },
};

const NOT_THIS_FORMAT = refusal('FORMAT_REFUSED');

/** The code of a format that the key can have. */
export function formatFor({ key }: PayshieldKey, format: string): Done<string> | Refusal {
  const facts = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return facts?.algorithm === algorithmOf(key) ? done(facts.code) : NOT_THIS_FORMAT;
}

/** Whether it is as long as blocks of the format are. */
export function isBlockOf(format: string, pinBlock: Uint8Array): boolean {
  return pinBlock.length === FORMATS[format]?.bytes;
}

/** A PIN block under a key, with its format's code. */
export function blockFor(
  key: PayshieldKey,
  { format, pinBlock }: { format: string; pinBlock: Uint8Array },
): Done<{ format: string; pinBlock: string }> | Refusal {
  const code = formatFor(key, format);
  if (!code.ok) return code;
  if (!isBlockOf(format, pinBlock)) return NOT_THIS_FORMAT;
  return done({ format: code.value, pinBlock: toHex(pinBlock) });
}

/** The 12 digits before the check digit, with zeros on the left where there are fewer. */
export function account12(pan: string): string {
  return pan.slice(0, -1).slice(-12).padStart(12, '0');
}

/** The account number as the formats want it: whole where one of them is ISO format 4. */
export function accountFor(pan: string, ...formats: readonly string[]): string {
  return formats.includes(FORMATS.iso4!.code) ? pan : account12(pan);
}
