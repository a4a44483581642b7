/**
 * The demo network: institutions, card prefixes and terminals with fixed names, so that documentation,
 * tests and other people's scripts can name them. Data only; provisioning reads it.
 */

export type PinMethod = 'visa-pvv' | 'ibm3624';

export interface IssuerFacts {
  /** Name for people: `BANK-A`. */
  readonly name: string;
  /** Id in topics, tables and key rings: `bank-a`. */
  readonly id: string;
  /** DE 100-like institution number, up to 11 digits. */
  readonly institution: string;
  /** First digits of its cards. */
  readonly cardPrefix: string;
  readonly pinMethod: PinMethod;
}

export const ACQUIRER = { name: 'ACQ1', id: 'acq1', institution: '100001' } as const;

/** The ATM fleet's gateway: holds the fleet's end of the link key, nothing of the customers. */
export const FLEET = { name: 'ATM-FLEET', id: 'atm' } as const;

export const ISSUERS: readonly IssuerFacts[] = [
  {
    name: 'BANK-A',
    id: 'bank-a',
    institution: '400000',
    cardPrefix: '400000',
    pinMethod: 'visa-pvv',
  },
  {
    name: 'BANK-B',
    id: 'bank-b',
    institution: '510000',
    cardPrefix: '510000',
    pinMethod: 'ibm3624',
  },
];

export const CURRENCY = { numeric: '978', alphabetic: 'EUR' } as const;

/** Every demo account starts here: 1,000.00 EUR. */
export const OPENING_BALANCE_MINOR = 100_000n;

/** All demo cards expire together: December 2030 (DE 14, YYMM). */
export const DEMO_EXPIRY = '3012';

const LAST_SEQUENCE = 999_999_999;
const LAST_TERMINAL = 99_999;

/** Luhn digit of ISO/IEC 7812-1 annex B for a number without it. */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const weighted = i % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Card number: prefix, nine-digit sequence from 1, Luhn digit. */
export function demoCardNumber(issuer: IssuerFacts, sequence: number): string {
  if (!Number.isInteger(sequence) || sequence < 1 || sequence > LAST_SEQUENCE) {
    throw new RangeError(`a card's sequence is 1 to ${LAST_SEQUENCE}`);
  }
  const body = `${issuer.cardPrefix}${String(sequence).padStart(9, '0')}`;
  return body + luhnDigit(body);
}

/** `ATM00001` and so on. */
export function demoTerminal(number: number): string {
  if (!Number.isInteger(number) || number < 1 || number > LAST_TERMINAL) {
    throw new RangeError(`a terminal's number is 1 to ${LAST_TERMINAL}`);
  }
  return `ATM${String(number).padStart(5, '0')}`;
}

/** Every eighth terminal has AES keys, and with them PIN blocks of format 4. */
const AES_TERMINAL_EVERY = 8;

/** T triple DES, A AES. The legacy devices know no AES. */
export function demoTerminalAlgorithm(terminal: string, mode: 'hardened' | 'legacy'): 'T' | 'A' {
  const number = Number(/^ATM(\d{5})$/.exec(terminal)?.[1] ?? 0);
  return mode === 'hardened' && number > 0 && number % AES_TERMINAL_EVERY === 0 ? 'A' : 'T';
}
