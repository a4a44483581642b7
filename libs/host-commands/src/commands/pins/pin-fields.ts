/** Fields and steps that the PIN commands share. */
import { DesKey, fromHex, toHex } from '@pinfold/crypto';
import {
  decryptPinBlock,
  encryptPinBlock,
  formatOfCode,
  isWeakPin,
  mayTranslate,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
  validationDataOf,
} from '@pinfold/pin';
import type { Context } from '../../device/context.js';
import type { OpenKey } from '../../device/keys.js';
import { openTable } from '../../device/stored-table.js';
import { alnum, digits, hex, key, layout } from '../../layout/nodes.js';
import { type ReplyCode, refuse } from '../../refusal.js';
import { ksnFields } from '../dukpt-fields.js';

/** Format codes as one field. */
export const format = <const N extends string>(name: N) =>
  digits(name, 2, { about: 'PIN block format code', error: '23' });

export const account12 = digits('account', 12, {
  about: 'the 12 right-most digits of the account number before the check digit',
  error: '22',
});

export const pinBlockUnder = <const N extends string, const K extends string>(name: N, key: K) =>
  hex(name, { blockOf: key }, { about: '16 digits; 32 under an AES key' });

/** The account number that the format of an earlier field asks for. */
export const accountFor = <const F extends readonly string[]>(...formats: F) =>
  hex('account', { accountFor: formats }, { error: '22' });

/** A PIN block with its format, under the key of the token named. */
export const blockFields = <const K extends string>(name: K) =>
  layout(pinBlockUnder('pinBlock', name), format('format'));

/** The same under the session key of a DUKPT key serial number. */
export const dukptBlockFields = layout(...ksnFields, hex('pinBlock', 16), format('format'));

/** A ZPK or TPK whose type stands before it. */
export const typedPinKey = layout(
  alnum('keyType', 3, { about: '001 ZPK, 002 TPK' }),
  key('pinKey', { typeFrom: 'keyType' }),
);

/** A PIN field under LMK 02-03. */
export const storedPin = alnum('pin', 'pin', { about: 'PIN under LMK 02-03' });

/** IBM 3624: what follows the PIN in the commands that verify or make offsets. */
export const ibmFields = layout(
  digits('checkLength', 2, { about: 'digits of the PIN that are compared' }),
  account12,
  hex('decimalisationTable', 16, {
    about: 'in clear, or as ED gives it where settings ask for it',
  }),
  alnum('validationData', 12, { about: 'with N where the last 5 digits of the account number go' }),
);

const CARD_KEY_FORMATS: ReadonlySet<string> = new Set(['visa-new-pin', 'visa-new-pin-old-pin']);

export function formatNamed(code: string): PinBlockFormat {
  const name = formatOfCode(code);
  if (name === undefined || CARD_KEY_FORMATS.has(name)) return refuse('23');
  return name;
}

/** The account number with a place for the check digit, as the PIN library wants it. */
export function panOf(account: string, format: PinBlockFormat): string {
  const number = account.replace(/^F+/, '');
  if (!/^\d{12,19}$/.test(number)) refuse('22');
  return PIN_BLOCK_FORMATS[format].account === 'whole' ? number : `${number}0`;
}

/** The PIN of a block; 20 for any fault of the block. */
export function pinOfBlock(
  context: Context,
  key: OpenKey,
  o: { block: string; format: string; account: string },
): string {
  const name = formatNamed(o.format);
  if (context.on('pin-block-translation') && !STANDARD.has(name)) {
    refuse('69', 'pin-block-translation');
  }
  const pin = decryptPinBlock({
    format: name,
    key: cipherFor(key, name),
    block: fromHex(o.block),
    pan: panOf(o.account, name),
  });
  return pin.ok ? pin.value : refuse('20');
}

/** A PIN as a block under a key. */
export function blockOfPin(
  context: Context,
  key: OpenKey,
  o: { pin: string; format: string; account: string },
): string {
  const name = formatNamed(o.format);
  const { minPin, maxPin } = PIN_BLOCK_FORMATS[name];
  if (o.pin.length < minPin || o.pin.length > maxPin) refuse('24');
  return toHex(
    encryptPinBlock({
      format: name,
      key: cipherFor(key, name),
      pin: o.pin,
      pan: panOf(o.account, name),
      random: context.device.random,
    }),
  );
}

const STANDARD: ReadonlySet<PinBlockFormat> = new Set(['iso0', 'iso1', 'iso3', 'iso4']);

/** Refuses what the settings do not let through. */
export function checkTranslation(context: Context, from: string, to: string): void {
  const formats = { from: formatNamed(from), to: formatNamed(to) };
  if (!context.on('pin-block-translation')) return;
  if (!mayTranslate({ ...formats, sameAccount: true })) refuse('69', 'pin-block-translation');
}

/** Format 4 has AES keys and the others triple DES. */
function cipherFor(key: OpenKey, format: PinBlockFormat) {
  const { block } = key;
  if (block instanceof DesKey === (format === 'iso4')) refuse('23');
  return block;
}

export function checkLengthOf(text: string, pin: string): number {
  const length = Number(text);
  if (length < 4 || length > 12) refuse('24');
  if (length > pin.length) refuse('81');
  return length;
}

export function tableOf(context: Context, text: string): string {
  const table = context.on('encrypted-decimalisation-tables')
    ? openTable(context.lmk, text)
    : /^\d{16}$/.test(text)
      ? text
      : undefined;
  if (table === undefined) return refuse('25', 'encrypted-decimalisation-tables');
  return checkedTable(context, table);
}

/** At least 8 distinct digits, none more than 4 times, where the settings ask for it. */
export function checkedTable(context: Context, table: string): string {
  if (!context.on('decimalisation-table-check')) return table;
  const counts = new Map<string, number>();
  for (const digit of table) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const sound = counts.size >= 8 && [...counts.values()].every((count) => count <= 4);
  return sound ? table : refuse('25', 'decimalisation-table-check');
}

export function validationOf(template: string, account: string): string {
  return validationDataOf({ template, account });
}

/** An offset of 12 characters, filled on the right with F. */
export function offsetField(offset: string): string {
  return offset.padEnd(12, 'F');
}

/** The digits of an offset field that count. */
export function offsetDigits(field: string, length: number): string {
  const digitsOnly = field.slice(0, length);
  return /^\d+$/.test(digitsOnly) ? digitsOnly : refuse('15');
}

export function refuseWeak(context: Context, pin: string): void {
  if (context.on('no-weak-pins') && isWeakPin(pin)) refuse('86', 'no-weak-pins');
}

/** A PVK pair for PVVs. */
export function pvkPair(key: OpenKey) {
  return key.bytes.length === 16 ? key.des : refuse('27');
}

/** A ZPK or TPK, as the type says; FFF with key blocks, whose usage says it. */
export function pinKeyOf(
  context: Context,
  token: string,
  type: string,
  parity: ReplyCode = '10',
): OpenKey {
  if (type !== '001' && type !== '002' && type !== 'FFF') refuse('04');
  const role = type === '002' || (type === 'FFF' && token.slice(6, 8) === '71') ? 'tpk' : 'zpk';
  return context.key(token, role, parity, 'decrypt');
}
