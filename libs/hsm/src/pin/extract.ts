/**
 * Takes the PIN out of an encrypted PIN block, inside the device. The PIN is a clear PIN field as
 * two 32-bit words (control, length, digits, fill; see `@pinfold/pin` pin-field); it never becomes a
 * string here. With rule M5 in force the digits are not looked at: a wrong digit is a wrong PIN.
 */
import { AesKey, DesKey, desDecryptBlock } from '@pinfold/crypto';
import {
  decodePinBlock,
  type IsoControl,
  iso4PanField,
  iso4PinFieldOf,
  leftJustified,
  nonDigits,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
  pinFieldLength,
  pinFieldLengthUnchecked,
  wordAt,
} from '@pinfold/pin';
import type { ClearKey } from '../keys/clear-key.js';
import { type Refusal, refusal } from '../outcome.js';
import type { Policy } from '../policy/policy.js';
import { accountOf } from './account.js';

/** Formats that a VSM of today meets; the historical ones are for legacy mode. */
export const PIN_FORMATS = Object.keys(PIN_BLOCK_FORMATS) as PinBlockFormat[];

/** Formats 0 to 3 as their control nibble: the hot path. */
export const ISO_CONTROL: Readonly<Partial<Record<string, IsoControl>>> = {
  iso0: 0,
  iso1: 1,
  iso2: 2,
  iso3: 3,
};

/** The control nibble of formats 0 to 3, undefined for others; most blocks are of format 0. */
export function isoControl(format: string): IsoControl | undefined {
  return format === 'iso0' ? 0 : ISO_CONTROL[format];
}

const INVALID = refusal('PIN_BLOCK_INVALID');
const LENGTH_INVALID = refusal('PIN_LENGTH_INVALID');
const DIGITS_INVALID = refusal('PIN_DIGITS_INVALID');

/** A clear PIN field; `length` 0 stands for a bad one, and `why` then says what may be told. */
export class PinField {
  hi = 0;
  lo = 0;
  length = 0;
  why: Refusal | undefined;

  /** Judges a field of a control nibble: the length, or 0 and why. */
  judge(policy: Policy, control: IsoControl, hi: number, lo: number): void {
    this.hi = hi;
    this.lo = lo;
    this.length =
      policy.on['M5.no-digit-check'] === true
        ? pinFieldLengthUnchecked(control, hi)
        : pinFieldLength(control, hi, lo);
    this.why = this.length > 0 ? undefined : reason(policy, control, hi, lo);
  }

  bad(): void {
    this.length = 0;
    this.hi = 0x04000000;
    this.lo = 0;
    this.why = INVALID;
  }

  wipe(): void {
    this.hi = 0;
    this.lo = 0;
  }
}

/** Rule M4: one answer. Without it the caller learns which check failed. */
function reason(policy: Policy, control: IsoControl, hi: number, lo: number): Refusal {
  if (policy.on['M4.one-answer'] === true) return INVALID;
  const length = pinFieldLengthUnchecked(control, hi);
  if (length === 0) return hi >>> 28 === control ? LENGTH_INVALID : INVALID;
  const firstFour = nonDigits(hi) & 0x00888800;
  return firstFour !== 0 || nonDigits(lo) !== 0 ? DIGITS_INVALID : INVALID;
}

const block = new Int32Array(2);

/** Whether key and block go with the format; the caller refuses otherwise. */
export function fitsFormat(key: ClearKey, format: string, blockBytes: number): boolean {
  if (format === 'iso4') return key.aes !== undefined && blockBytes === 16;
  return key.des !== undefined && blockBytes === 8;
}

/** Deciphers and judges one block into `field`. Key and block fit the format. */
export function extractPin(
  policy: Policy,
  key: ClearKey,
  input: { readonly format: string; readonly pinBlock: Uint8Array; readonly pan: string },
  field: PinField,
): void {
  const { format, pinBlock, pan } = input;
  const control = isoControl(format);
  if (control !== undefined) {
    desDecryptBlock(key.des as DesKey, wordAt(pinBlock, 0), wordAt(pinBlock, 4), block);
    judgeWords(policy, control, block[0]!, block[1]!, pan, field);
    return;
  }
  if (format === 'iso4') extractIso4(policy, { key: key.aes as AesKey, pinBlock, pan }, field);
  else extractHistorical({ key: key.des as DesKey, format, pinBlock, pan }, field);
}

/** A deciphered block of formats 0 to 3, the account field still on it. */
export function judgeWords(
  policy: Policy,
  control: IsoControl,
  hi: number,
  lo: number,
  pan: string,
  field: PinField,
): void {
  if (control === 0 || control === 3) {
    const { fieldHi, fieldLo } = accountOf(pan);
    field.judge(policy, control, hi ^ fieldHi, lo ^ fieldLo);
  } else field.judge(policy, control, hi, lo);
}

/** Format 4: control and fill are judged as in `pinFieldLength`; the fill is A. */
function extractIso4(
  policy: Policy,
  { key, pinBlock, pan }: { key: AesKey; pinBlock: Uint8Array; pan: string },
  field: PinField,
): void {
  const clear = iso4PinFieldOf(key, pinBlock, iso4PanField(pan));
  const hi = wordAt(clear, 0);
  const lo = wordAt(clear, 4);
  clear.fill(0);
  const length = (hi >>> 24) & 15;
  const formatted = hi >>> 28 === 4 && length >= 4 && length <= 12;
  field.hi = hi & 0x0fffffff;
  field.lo = lo;
  field.length = formatted ? length : 0;
  field.why = formatted ? undefined : INVALID;
  if (policy.on['M5.no-digit-check'] !== true && formatted && !digitsOnly(hi, lo, length)) {
    field.length = 0;
    field.why = policy.on['M4.one-answer'] ? INVALID : DIGITS_INVALID;
  }
}

function digitsOnly(hi: number, lo: number, length: number): boolean {
  for (let i = 2; i < 2 + length; i++) {
    const nibble = i < 8 ? (hi >>> (28 - 4 * i)) & 15 : (lo >>> (60 - 4 * i)) & 15;
    if (nibble > 9) return false;
  }
  return true;
}

/** The older formats: read as text by `@pinfold/pin`, then made a field of format 0. */
function extractHistorical(
  {
    key,
    format,
    pinBlock,
    pan,
  }: { key: DesKey; format: string; pinBlock: Uint8Array; pan: string },
  field: PinField,
): void {
  desDecryptBlock(key, wordAt(pinBlock, 0), wordAt(pinBlock, 4), block);
  const clear = new Uint8Array(8);
  new DataView(clear.buffer).setInt32(0, block[0]!);
  new DataView(clear.buffer).setInt32(4, block[1]!);
  const pin = decodePinBlock({ format: format as PinBlockFormat, block: clear, pan });
  clear.fill(0);
  if (!pin.ok) {
    field.bad();
    return;
  }
  setPin(field, pin.value);
}

/** A field of format 0 with that PIN, its fill left out. */
export function setPin(field: PinField, pin: string): void {
  const [hi, lo] = leftJustified(pin);
  field.hi = (pin.length << 24) | (hi >>> 8);
  field.lo = (hi << 24) | (lo >>> 8);
  field.length = pin.length;
  field.why = undefined;
}
