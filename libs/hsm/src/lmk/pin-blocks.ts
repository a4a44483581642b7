/** PINs out of PIN blocks and into them, by the two-digit format codes of host commands. */
import { DesKey, fromHex, toHex } from '@pinfold/crypto';
import {
  decryptPinBlock,
  encryptPinBlock,
  formatOfCode,
  mayTranslate,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
} from '@pinfold/pin';
import { ClearPin, digitsOf } from './clear-pin.js';
import type { LmkContext } from './lmk-context.js';
import type { LmkDevice } from './lmk-device.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

const CARD_KEY_FORMATS: ReadonlySet<string> = new Set(['visa-new-pin', 'visa-new-pin-old-pin']);
const STANDARD: ReadonlySet<PinBlockFormat> = new Set(['iso0', 'iso1', 'iso3', 'iso4']);

/** 23 for codes that no PIN block under a PIN key can have. */
export function formatNamed(code: string): PinBlockFormat {
  const name = formatOfCode(code);
  if (name === undefined || CARD_KEY_FORMATS.has(name)) return refuse('23');
  return name;
}

export interface BlockRequest {
  /** Hexadecimal. */
  readonly block: string;
  readonly format: string;
  readonly account: string;
}

/** The PIN of a block; 20 for any fault of the block. */
export function pinOfBlock(context: LmkContext, key: LmkKey, o: BlockRequest): ClearPin {
  const format = formatNamed(o.format);
  if (context.on('pin-block-translation') && !STANDARD.has(format)) {
    refuse('69', 'pin-block-translation');
  }
  const pin = decryptPinBlock({
    format,
    key: cipherFor(key, format),
    block: fromHex(o.block),
    pan: panOf(o.account, format),
  });
  return pin.ok ? new ClearPin(pin.value) : refuse('20');
}

/** A PIN as a block under a key; 24 for one of a length that the format does not take. */
export function blockOfPin(
  context: LmkContext,
  key: LmkKey,
  o: { readonly pin: ClearPin; readonly format: string; readonly account: string },
): string {
  const format = formatNamed(o.format);
  const { minPin, maxPin } = PIN_BLOCK_FORMATS[format];
  if (o.pin.length < minPin || o.pin.length > maxPin) refuse('24');
  return toHex(
    encryptPinBlock({
      format,
      key: cipherFor(key, format),
      pin: digitsOf(o.pin),
      pan: panOf(o.account, format),
      random: context.module.random,
    }),
  );
}

/** Refuses what the settings do not let through. */
export function checkTranslation(context: LmkContext, from: string, to: string): void {
  if (!translates(context.module, formatNamed(from), formatNamed(to))) {
    refuse('69', 'pin-block-translation');
  }
}

/** Whether the settings let a PIN go from one format to another, for the same account. */
export function translates(
  { settings }: Pick<LmkDevice, 'settings'>,
  from: PinBlockFormat,
  to: PinBlockFormat,
): boolean {
  return !settings.has('pin-block-translation') || mayTranslate({ from, to, sameAccount: true });
}

/** The account number with a place for the check digit, as the PIN library wants it. */
function panOf(account: string, format: PinBlockFormat): string {
  const number = account.replace(/^F+/, '');
  if (!/^\d{12,19}$/.test(number)) refuse('22');
  return PIN_BLOCK_FORMATS[format].account === 'whole' ? number : `${number}0`;
}

/** Format 4 has AES keys and the others triple DES. */
function cipherFor(key: LmkKey, format: PinBlockFormat) {
  const { block } = openKeyOf(key);
  if (block instanceof DesKey === (format === 'iso4')) refuse('23');
  return block;
}
