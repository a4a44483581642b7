/**
 * Requests and answers as the switch reads them: fields taken out and checked once, after the MAC.
 * What is missing or malformed gives undefined; the caller answers 30 or drops the message.
 */
import { bytesOf, type IsoMessage, textOf } from '@pinfold/iso8583';
import { decodeOriginalData, decodeReplacementAmounts, type OriginalData } from '@pinfold/messages';
import type { Incoming, SecurityInfo } from '../node.js';
import type { TransactionId } from './transaction.js';

/** Identity of a message: with the acquirer and the MTI's class it names it for good. */
export interface MessageId {
  readonly stan: string;
  readonly transmittedAt: string;
}

interface Common extends TransactionId, MessageId {
  readonly incoming: Incoming;
  readonly pan: string;
  /** Keyed hash of `pan`. */
  readonly card: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface WithdrawalRequest extends Common {
  readonly security: SecurityInfo;
  readonly pinBlock: Uint8Array;
}

export interface ReversalRequest extends Common {
  readonly reason: string;
  readonly original: OriginalData;
  /** DE 95: what was dispensed; undefined for a full reversal. */
  readonly actualMinor: bigint | undefined;
}

/** Who reads: the acquirer's id, and how card numbers are hashed. */
export interface Reader {
  readonly acquirer: string;
  readonly indexOf: (pan: string) => string;
}

const CASH = '010000';
const PAN = /^\d{12,19}$/;

function common(incoming: Incoming, { acquirer, indexOf }: Reader): Common | undefined {
  const { message } = incoming;
  const pan = textOf(message, 2);
  const amount = textOf(message, 4);
  const transmittedAt = textOf(message, 7);
  const stan = textOf(message, 11);
  const rrn = textOf(message, 37);
  const terminal = textOf(message, 41);
  if (pan === undefined || !PAN.test(pan) || amount === undefined || stan === undefined) return;
  if (transmittedAt === undefined || rrn === undefined || terminal === undefined) return;
  if (textOf(message, 32) !== acquirer || textOf(message, 3) !== CASH) return;
  const card = indexOf(pan);
  const currency = textOf(message, 49);
  if (currency === undefined || !/^\d{3}$/.test(currency)) return;
  return {
    incoming,
    pan,
    card,
    amountMinor: BigInt(amount),
    transmittedAt,
    stan,
    rrn,
    terminal,
    currency,
  };
}

const PIN_FIELDS = { iso0: 52, iso4: 63 } as const;
const PIN_BLOCK_BYTES = { iso0: 8, iso4: 16 } as const;

export function readWithdrawal(
  incoming: Incoming,
  security: SecurityInfo,
  reader: Reader,
): WithdrawalRequest | undefined {
  const read = common(incoming, reader);
  if (read === undefined || security.format === 'none') return undefined;
  const pinBlock = bytesOf(incoming.message, PIN_FIELDS[security.format]);
  if (pinBlock?.length !== PIN_BLOCK_BYTES[security.format]) return undefined;
  return { ...read, security, pinBlock };
}

export function readReversal(incoming: Incoming, reader: Reader): ReversalRequest | undefined {
  const { acquirer } = reader;
  const read = common(incoming, reader);
  const reason = textOf(incoming.message, 39);
  const original = decodeOriginalData(incoming.message.fields[90]);
  if (read === undefined || reason === undefined || !original.ok) return undefined;
  if (original.value.acquirer !== acquirer || original.value.mti !== '0200') return undefined;
  const field = incoming.message.fields[95];
  if (field === undefined)
    return { ...read, reason, original: original.value, actualMinor: undefined };
  const actual = decodeReplacementAmounts(field);
  if (!actual.ok) return undefined;
  return { ...read, reason, original: original.value, actualMinor: actual.value };
}

/** An answer of an issuer: 0210, 0430 or 0230, its MAC verified under that issuer's key. */
export interface IssuerAnswer extends TransactionId, MessageId {
  readonly incoming: Incoming;
  readonly issuer: string;
  readonly pan: string;
  /** Keyed hash of `pan`. */
  readonly card: string;
  readonly amountMinor: bigint;
  readonly responseCode: string;
  readonly approvalCode: string | undefined;
}

export function readAnswer(
  incoming: Incoming,
  o: Reader & { issuer: string },
): IssuerAnswer | undefined {
  const { message } = incoming;
  const [pan, amount, transmittedAt, stan] = texts(message, 2, 4, 7, 11);
  const [rrn, terminal, responseCode] = texts(message, 37, 41, 39);
  if (pan === undefined || amount === undefined || transmittedAt === undefined) return undefined;
  if (stan === undefined || rrn === undefined || terminal === undefined) return undefined;
  if (responseCode === undefined || textOf(message, 32) !== o.acquirer) return undefined;
  const approvalCode = textOf(message, 38);
  const { issuer } = o;
  const amountMinor = BigInt(amount);
  return {
    incoming,
    issuer,
    pan,
    card: o.indexOf(pan),
    amountMinor,
    transmittedAt,
    stan,
    rrn,
    terminal,
    responseCode,
    approvalCode,
  };
}

function texts(message: IsoMessage, ...numbers: number[]): (string | undefined)[] {
  return numbers.map((number) => textOf(message, number));
}
