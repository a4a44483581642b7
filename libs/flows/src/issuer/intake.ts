/**
 * From a parsed ISO 8583 message to what the issuer decides on. Which fields a message must carry is
 * a table; what is missing or malformed is a value (answered 30, 12 or 13), never an exception.
 */
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import {
  decodeOriginalData,
  decodeReplacementAmounts,
  RESPONSE,
  type ResponseCodeValue,
} from '@pinfold/messages';
import type { LegName } from './model.js';

export type FinancialClass = 'withdrawal' | 'advice' | 'reversal';

/** MTI to what it asks. A repeat (last digit 1) asks the same as what it repeats. */
export const FINANCIAL_MTIS: Readonly<Record<string, FinancialClass>> = {
  '0200': 'withdrawal',
  '0201': 'withdrawal',
  '0220': 'advice',
  '0221': 'advice',
  '0420': 'reversal',
  '0421': 'reversal',
};

/** MTI of a reversal's original (DE 90) to the leg that it takes back. */
const LEG_OF_ORIGINAL: Readonly<Record<string, LegName>> = {
  '0200': 'request',
  '0201': 'request',
  '0220': 'advice',
  '0221': 'advice',
};

const ALWAYS = [2, 3, 4, 7, 11, 32, 37, 41, 49, 53] as const;
const REQUIRED: Readonly<Record<FinancialClass, readonly number[]>> = {
  withdrawal: ALWAYS,
  advice: ALWAYS,
  reversal: [...ALWAYS, 90],
};

/** DE 3 of a cash withdrawal: type 01, from and to any account. */
const CASH_WITHDRAWAL = '01';

export interface Reversal {
  readonly leg: LegName;
  /** DE 39 of the request: why. */
  readonly reason: string;
  /** DE 95: what stays posted; undefined takes everything back. */
  readonly actualMinor: bigint | undefined;
}

/** A well-formed financial message. */
export interface Financial {
  readonly class: FinancialClass;
  readonly pan: string;
  readonly amountMinor: bigint;
  readonly acquirer: string;
  readonly rrn: string;
  readonly terminal: string;
  /** DE 14 as the card was read, or undefined. */
  readonly expiry: string | undefined;
  /** DE 38 of an advice: what the stand-in gave the cardholder. */
  readonly approvalCode: string;
  /** STAN and DE 7: with terminal and acquirer the network's identity of a message. */
  readonly messageId: string;
  readonly transactionKey: string;
  readonly reversal: Reversal | undefined;
}

export type Intake =
  | { readonly ok: true; readonly value: Financial }
  | { readonly ok: false; readonly responseCode: ResponseCodeValue };

const refuse = (responseCode: ResponseCodeValue): Intake => ({ ok: false, responseCode });

/** `acquirer-rrn-terminal`: the name of a transaction on every hop. */
export function transactionKey(o: { acquirer: string; rrn: string; terminal: string }): string {
  return `${o.acquirer}-${o.rrn}-${o.terminal}`;
}

/** The first fault in the order 30, 12, 13 decides. `currency`: DE 49 that this issuer takes. */
export function readFinancial(message: IsoMessage, kind: FinancialClass, currency: string): Intake {
  const { fields } = message;
  for (const number of REQUIRED[kind]) {
    if (typeof fields[number] !== 'string') return refuse(RESPONSE.formatError);
  }
  const text = fields as Readonly<Record<number, string>>;
  const reversal = kind === 'reversal' ? readReversal(message) : undefined;
  if (kind === 'reversal' && reversal === undefined) return refuse(RESPONSE.formatError);
  if (!text[3]!.startsWith(CASH_WITHDRAWAL) || text[49] !== currency) {
    return refuse(RESPONSE.invalidTransaction);
  }
  const amountMinor = BigInt(text[4]!);
  const actualMinor = reversal?.actualMinor;
  if (amountMinor === 0n || (actualMinor !== undefined && actualMinor > amountMinor)) {
    return refuse(RESPONSE.invalidAmount);
  }
  const names = { acquirer: text[32]!, rrn: text[37]!, terminal: text[41]! };
  return {
    ok: true,
    value: {
      ...names,
      class: kind,
      pan: text[2]!,
      amountMinor,
      expiry: textOf(message, 14),
      approvalCode: textOf(message, 38) ?? '',
      messageId: text[11]! + text[7]!,
      transactionKey: transactionKey(names),
      reversal,
    },
  };
}

function readReversal(message: IsoMessage): Reversal | undefined {
  const original = decodeOriginalData(message.fields[90]);
  if (!original.ok) return undefined;
  const leg = LEG_OF_ORIGINAL[original.value.mti];
  if (leg === undefined || original.value.acquirer !== message.fields[32]) return undefined;
  const reason = textOf(message, 39) ?? '';
  if (message.fields[95] === undefined) return { leg, reason, actualMinor: undefined };
  const actual = decodeReplacementAmounts(message.fields[95]);
  return actual.ok ? { leg, reason, actualMinor: actual.value } : undefined;
}
