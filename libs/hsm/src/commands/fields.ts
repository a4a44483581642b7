/** Fields and slots that several commands share: each is described once. */

import { bytes, choice, digits, hex, opaqueText, secret, text } from '../declare/field.js';
import { KEY_TYPE_NAMES } from '../keys/key-types.js';
import { ALGORITHMS, USAGE_NAMES, USAGES, type UsageFacts } from '../keys/usages.js';
import { PAN_DIGITS } from '../pin/account.js';
import { PIN_FORMATS } from '../pin/extract.js';
import { isPan, isPinBlock, isPinFormat, isRecord, RECORD_TEXT_MIN } from '../pin/input-checks.js';
import { METHODS, RECORD_TEXT_MAX } from '../pin/verification-record.js';

const CODES = USAGE_NAMES.flatMap((name) => {
  const facts: UsageFacts = USAGES[name];
  return facts.aesCode === undefined ? [facts.code] : [facts.code, facts.aesCode];
});
const USAGE_CHOICES: readonly string[] = [...new Set([...USAGE_NAMES, ...CODES])];

export const keyType = () => choice('key type', KEY_TYPE_NAMES);
export const usage = () =>
  choice('usage by name or X9.143 code; default: the first of the type', USAGE_CHOICES);
export const usageName = () => choice('usage by name', USAGE_NAMES);
export const algorithm = () =>
  choice('A = AES, T = triple DES, D = single DES, H = HMAC', ALGORITHMS);
export const checkValue = () => hex('check value of the key', { length: 6 });
export const pan = () =>
  secret({ ...digits('card number with check digit', PAN_DIGITS), accepts: isPan });
export const pinBlock = () => ({
  ...bytes('PIN block under the key', { min: 8, max: 16, step: 8 }),
  accepts: isPinBlock,
});
export const pinFormat = () => ({
  ...choice('PIN block format', PIN_FORMATS),
  accepts: isPinFormat,
});
export const method = () => choice('how the PIN is verified', METHODS);
export const pvki = () => digits('PVK index, for Visa PVV', { length: 1 });
export const tableId = () => text('id of a registered decimalisation table', { min: 1, max: 8 });
export const record = () => ({
  ...opaqueText('verification record', { min: RECORD_TEXT_MIN, max: RECORD_TEXT_MAX }),
  accepts: isRecord,
});
export const context = () =>
  text('encryption context, bound to the data key as additional data', { min: 0, max: 256 });
export const keyBlock = () =>
  text('key in transport: X9.143 key block, or a cryptogram in legacy', { min: 16, max: 1024 });
export const ceremonyId = () => hex('number of the ceremony', { length: 16 });

export const psn = () => digits('PAN sequence number; 00 where the card has none', { length: 2 });

/** Where PIN keys, MAC keys, derivation keys and transport keys go. */
export const PIN_KEY = { types: ['WK'], usages: ['ZPK', 'TPK'] } as const;
export const MAC_KEY = { types: ['TCK'], usages: ['TAK', 'ZAK'] } as const;
export const PVV_KEY = { types: ['P'], usages: ['PVK'] } as const;
export const OFFSET_KEY = { types: ['P'], usages: ['PGK'] } as const;
export const VERIFICATION_KEY = { types: ['P'], usages: ['PVK', 'PGK'] } as const;
export const DATA_KEY = { types: ['TCK'], usages: ['DEK'], part: 'data' } as const;
export const TRANSPORT_KEY = { types: ['ZCK', 'TMK'], usages: ['ZCK', 'TMK'] } as const;
export const ZONE_KEY = { types: ['ZCK'], usages: ['ZCK'] } as const;
export const TERMINAL_KEY = { types: ['TMK'], usages: ['TMK'] } as const;
/** Keys that travel: all but stored PINs. */
export const WORKING_KEY = { types: ['WK', 'TCK', 'P', 'ZCK', 'TMK'] } as const;

/** Keys of the typed API: both are TCK, told apart by usage alone. */
export const TYPED_DATA_KEY = { types: ['TCK'], usages: ['DEK'] } as const;
export const TYPED_KEK = { types: ['TCK'], usages: ['KEK'] } as const;
export const cryptogram = () => hex('tagged cryptogram', { min: 96, max: 2304 });
