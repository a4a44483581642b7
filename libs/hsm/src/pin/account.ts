/**
 * An account number as words: checked and packed in one pass over its text, and kept until another
 * one is read, so that the input check and the command share the work. Everything that PIN blocks
 * and verification take from a PAN is a shift of its sixteen right-most digits.
 */
import { InputError } from '@pinfold/crypto';
import type { IsoControl } from '@pinfold/pin';

export const PAN_DIGITS = { min: 12, max: 19 } as const;

export class Account {
  /** The sixteen right-most digits with the check digit, packed; zeros on the left where there are fewer. */
  hi = 0;
  lo = 0;
  length = 0;
  #text: string | undefined;

  /** Whether it is a PAN (12 to 19 digits); then the members are its own. */
  read(pan: unknown): boolean {
    if (pan === this.#text) return pan !== undefined;
    if (typeof pan !== 'string') return false;
    const { length } = pan;
    if (length < PAN_DIGITS.min || length > PAN_DIGITS.max) return false;
    let hi = 0;
    let lo = 0;
    for (let i = 0; i < length; i++) {
      const digit = pan.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) return false;
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.hi = hi;
    this.lo = lo;
    this.length = length;
    this.#text = pan;
    return true;
  }

  /** The account field of PIN block formats 0 and 3: twelve digits before the check digit. */
  get fieldHi(): number {
    return (this.hi >>> 4) & 0xffff;
  }

  get fieldLo(): number {
    return (this.hi << 28) | (this.lo >>> 4);
  }

  /** The transformed security parameter of Visa PVV without PVKI and PIN: eleven digits before the check digit. */
  get parameterHi(): number {
    return (this.hi << 16) | (this.lo >>> 16);
  }

  get parameterLo(): number {
    return ((this.lo >>> 4) & 0xfff) << 20;
  }

  /** Validation data of IBM 3624: the digits from the left, filled on the right with F. */
  get validationHi(): number {
    const fill = this.#fillBits;
    return fill === 0 ? this.hi : (this.hi << fill) | (this.lo >>> (32 - fill));
  }

  get validationLo(): number {
    const fill = this.#fillBits;
    return (this.lo << fill) | ((1 << fill) - 1);
  }

  get #fillBits(): number {
    return this.length >= 16 ? 0 : 4 * (16 - this.length);
  }
}

/** Whether a format of that control nibble has the account field on it. */
export function isBound(control: IsoControl): boolean {
  return control === 0 || control === 3;
}

/** The account of the present command. Who reads its members has called `read` just before. */
export const account = new Account();

/** `account` with the words of a PAN that a field let through. @throws InputError PAN_INVALID */
export function accountOf(pan: string): Account {
  if (!account.read(pan)) throw new InputError('PAN_INVALID', 'a PAN must be 12 to 19 digits');
  return account;
}
