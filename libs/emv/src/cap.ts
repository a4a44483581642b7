/**
 * EMV-CAP / DPA: one-time codes from a payment card's application cryptogram.
 *
 * The scheme's specification is not public. This follows the published description of Drimer, Murdoch
 * and Anderson, "Optimised to Fail: Card Readers for Online Banking" (Financial Cryptography 2009):
 *
 * - identify: mode 2, no input; respond: mode 1 with a challenge; sign: mode 1 with challenge and amount;
 * - the card's answer CID ‖ ATC ‖ AC ‖ IAD is masked by the issuer proprietary bitmap (IPB, tag 9F56):
 *   the bits under its ones, joined, are the code as a decimal number;
 * - mode 2 with TDS (transaction data signing): the mode-2 cryptogram becomes a DES key that MACs the
 *   customer's fields, and that MAC stands in place of the cryptogram.
 *
 * The encoding of the TDS fields is not in that paper; it follows the program of Teuwen and Szikora,
 * "EMV-CAP" (MISC 56, 2011): the fields joined by F, packed as BCD with a trailing F where odd, and
 * MACed by ISO/IEC 9797-1 algorithm 1, padding 2. The F keeps 12 and 3 apart from 1 and 23.
 */
import { concatBytes, fromHex, InputError, isBytes, iso9797Mac } from '@pinfold/crypto';

export type CapMode = 'identify' | 'respond' | 'sign' | 'tds';

const MOST_CHALLENGE_DIGITS = 8;
const MOST_AMOUNT_DIGITS = 12;
const MOST_TDS_FIELDS = 10;
const MOST_TDS_DIGITS = 10;
/** The AC is 8 bytes from byte 3: CID (1), ATC (2), AC (8), IAD. */
const CRYPTOGRAM_FROM = 3;
const MOST_CODE_BITS = 64;

export interface CapInput {
  /** Up to 8 digits; `respond` and `sign`. */
  readonly challenge?: string;
  /** Amount in minor units, up to 12 digits; `sign`. */
  readonly amountMinor?: string;
  /** 1 to 10 fields of up to 10 digits; `tds`. */
  readonly fields?: readonly string[];
}

/** Terminal data that a reader puts into the card's CDOL for this mode. */
export interface CapTerminalData {
  /** Unpredictable number (9F37), 4 bytes: the challenge as BCD, zeros on the left. */
  readonly unpredictableNumber: Uint8Array;
  /** Amount authorised (9F02), 6 bytes BCD. */
  readonly amount: Uint8Array;
}

/**
 * What the reader gives to the card.
 * @throws InputError CAP_MODE, CAP_CHALLENGE, CAP_AMOUNT
 */
export function capTerminalData(mode: CapMode, input: CapInput = {}): CapTerminalData {
  const needs = INPUTS[mode];
  if (needs === undefined) {
    throw new InputError('CAP_MODE', 'mode is identify, respond, sign or tds');
  }
  return {
    unpredictableNumber: bcd(needs.challenge, input.challenge, {
      digits: MOST_CHALLENGE_DIGITS,
      code: 'CAP_CHALLENGE',
      name: 'challenge',
    }),
    amount: bcd(needs.amount, input.amountMinor, {
      digits: MOST_AMOUNT_DIGITS,
      code: 'CAP_AMOUNT',
      name: 'amountMinor',
    }),
  };
}

const INPUTS: Record<CapMode, { challenge: boolean; amount: boolean }> = {
  identify: { challenge: false, amount: false },
  respond: { challenge: true, amount: false },
  sign: { challenge: true, amount: true },
  tds: { challenge: false, amount: false },
};

function bcd(
  needed: boolean,
  value: string | undefined,
  { digits, code, name }: { digits: number; code: string; name: string },
): Uint8Array {
  if (!needed) {
    if (value !== undefined) throw new InputError(code, `this mode takes no ${name}`);
    return new Uint8Array(digits / 2);
  }
  if (typeof value !== 'string' || !new RegExp(`^\\d{1,${digits}}$`).test(value)) {
    throw new InputError(code, `${name} must be 1 to ${digits} digits`);
  }
  return fromHex(value.padStart(digits, '0'));
}

export interface CapAnswer {
  /** The card's answer: cryptogram information data (1), ATC (2), cryptogram (8), IAD (0 to 32). */
  readonly answer: Uint8Array;
  /** Issuer proprietary bitmap, as long as the answer (with PSN in front where the issuer includes it). */
  readonly ipb: Uint8Array;
  /** PAN sequence number, 1 byte, where the issuer's flags (9F55) include it. */
  readonly psn?: Uint8Array;
  /** Transaction data signing: the customer's fields. */
  readonly tdsFields?: readonly string[];
}

/**
 * The code that the reader shows: the bits that the bitmap selects, as a decimal number without
 * leading zeros.
 * @throws InputError CAP_ANSWER, CAP_BITMAP, CAP_FIELDS
 */
export function capCode({ answer, ipb, psn = new Uint8Array(), tdsFields }: CapAnswer): string {
  if (!isBytes(answer) || answer.length < CRYPTOGRAM_FROM + 8 || answer.length > 43) {
    throw new InputError('CAP_ANSWER', 'answer must be CID, ATC, cryptogram and at most 32 bytes');
  }
  const signed = tdsFields === undefined ? answer : withTdsMac(answer, tdsFields);
  const source = concatBytes(psn, signed);
  if (!isBytes(ipb) || ipb.length !== source.length) {
    throw new InputError('CAP_BITMAP', `ipb must be as long as the data, ${source.length} bytes`);
  }
  let code = 0n;
  let taken = 0;
  for (let bit = 0; bit < ipb.length * 8; bit += 1) {
    const mask = 0x80 >> (bit % 8);
    const at = bit >> 3;
    if ((ipb[at]! & mask) === 0) continue;
    taken += 1;
    code = (code << 1n) | ((source[at]! & mask) === 0 ? 0n : 1n);
  }
  if (taken === 0 || taken > MOST_CODE_BITS) {
    throw new InputError('CAP_BITMAP', `ipb must select 1 to ${MOST_CODE_BITS} bits`);
  }
  return code.toString();
}

function withTdsMac(answer: Uint8Array, fields: readonly string[]): Uint8Array {
  const sound = (field: string): boolean =>
    typeof field === 'string' && new RegExp(`^\\d{1,${MOST_TDS_DIGITS}}$`).test(field);
  if (
    !Array.isArray(fields) ||
    fields.length < 1 ||
    fields.length > MOST_TDS_FIELDS ||
    !fields.every(sound)
  ) {
    throw new InputError(
      'CAP_FIELDS',
      `tdsFields must be 1 to ${MOST_TDS_FIELDS} fields of 1 to ${MOST_TDS_DIGITS} digits`,
    );
  }
  const digits = fields.join('F');
  const data = fromHex(digits.length % 2 === 0 ? digits : `${digits}F`);
  const key = answer.slice(CRYPTOGRAM_FROM, CRYPTOGRAM_FROM + 8);
  const mac = iso9797Mac({ algorithm: 1, padding: 2, key, data });
  const signed = answer.slice();
  signed.set(mac, CRYPTOGRAM_FROM);
  return signed;
}

/**
 * Issuer's side: finds the transaction counter whose code is the one given, in a window after the last
 * counter seen. Every candidate is computed, so that time does not tell where the match was.
 * @param input.codeFor the code that this card would give at a counter
 * @returns the counter, or undefined: wrong, replayed, or beyond the window
 * @throws InputError CAP_CODE, CAP_COUNTER, CAP_WINDOW
 */
export function verifyCapCode(input: {
  code: string;
  lastCounter: number;
  window: number;
  codeFor: (counter: number) => string;
}): number | undefined {
  const { code, lastCounter, window, codeFor } = input;
  if (typeof code !== 'string' || typeof codeFor !== 'function') {
    throw new InputError('CAP_CODE', 'code must be text, and codeFor make the code of a counter');
  }
  if (!Number.isInteger(lastCounter) || lastCounter < 0 || lastCounter > 0xffff) {
    throw new InputError('CAP_COUNTER', 'lastCounter must be an integer from 0 to 65535');
  }
  if (!Number.isInteger(window) || window < 1 || window > 1000) {
    throw new InputError('CAP_WINDOW', 'window must be an integer from 1 to 1000');
  }
  let found: number | undefined;
  for (
    let counter = lastCounter + 1;
    counter <= Math.min(lastCounter + window, 0xffff);
    counter += 1
  ) {
    if (codeFor(counter) === code && found === undefined) found = counter;
  }
  return found;
}
