/**
 * What an issuer keeps to verify a PIN at a payShield, which has no record of its own: sealed as a whole
 * with the account number bound in (`RecordSeal`).
 *
 *   V ; PVKI ; PVV                                  Visa PVV
 *   I ; check length ; offset ; validation data     IBM 3624
 *
 * Offset and validation data are fields of the host commands: the offset has 12 characters, filled on
 * the right with F; the validation data 12 characters, in which N stands for the last five digits of the
 * account number before the check digit.
 */
import type { RecordSeal } from './options.js';

export type VerificationRecord =
  | { readonly method: 'visa-pvv'; readonly pvki: string; readonly pvv: string }
  | {
      readonly method: 'ibm3624';
      /** Two digits. */
      readonly checkLength: string;
      readonly offset: string;
      readonly validationData: string;
    };

const VISA = /^V;(\d);(\d{4})$/;
const IBM = /^I;(\d\d);(\d{4,12}F{0,8});([0-9A-FN]{12})$/;

export function sealRecord(seal: RecordSeal, pan: string, record: VerificationRecord): string {
  const text =
    record.method === 'visa-pvv'
      ? `V;${record.pvki};${record.pvv}`
      : `I;${record.checkLength};${record.offset};${record.validationData}`;
  return seal.seal(pan, text);
}

/** Undefined: altered, of another account, or no record. */
export function openRecord(
  seal: RecordSeal,
  pan: string,
  sealed: string,
): VerificationRecord | undefined {
  const text = seal.open(pan, sealed) ?? '';
  const visa = VISA.exec(text);
  if (visa !== null) return { method: 'visa-pvv', pvki: visa[1]!, pvv: visa[2]! };
  const ibm = IBM.exec(text);
  if (ibm === null) return undefined;
  const [, checkLength, offset, validationData] = ibm;
  return {
    method: 'ibm3624',
    checkLength: checkLength!,
    offset: offset!,
    validationData: validationData!,
  };
}

const PARAMETER_DIGITS = 16;
/** Digits that N stands for, and the check digit after them. */
const LAST = 5 + 1;

/**
 * The device's validation data (the 16 right-most digits of the account number, filled on the right with
 * F) as a field of the host commands, so that natural PIN and offset are the same.
 */
export function validationDataFor(pan: string): string {
  const digits = pan.slice(-PARAMETER_DIGITS);
  const data = `${digits.slice(0, -LAST)}N${digits.slice(-1)}`;
  return data.padEnd(data.length + PARAMETER_DIGITS - digits.length, 'F');
}
