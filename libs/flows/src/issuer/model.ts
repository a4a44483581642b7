/**
 * What an issuer keeps: cards, customer accounts, transactions with their two legs, ledger lines.
 * Amounts are minor units (bigint); days are whole UTC days since 1970-01-01 (the business date).
 */
import type { LegState } from './legs.js';

export const CARD_STATUSES = ['active', 'restricted', 'lost', 'stolen'] as const;
export type CardStatus = (typeof CARD_STATUSES)[number];

/** What of a card a decision reads and changes. */
export interface CardState {
  /** Keyed hash of the PAN: the card's name in every table. */
  readonly key: string;
  readonly accountId: number;
  /** YYMM, as DE 14: valid to the end of that month. */
  readonly expiry: string;
  readonly status: CardStatus;
  /** Wrong PINs in a row. */
  readonly tries: number;
  /** Day that the two counters below belong to; on another day they count as zero. */
  readonly day: number;
  readonly dayCount: number;
  readonly dayAmountMinor: bigint;
}

export interface Card extends CardState {
  /** First six and last four digits. */
  readonly maskedPan: string;
  /** PIN verification record, authenticated by the issuer's device. */
  readonly record: string;
}

export interface Account {
  /** Above zero: a customer's. */
  readonly id: number;
  readonly balanceMinor: bigint;
}

/** One way a transaction reached the issuer: as a request (0200) or as a stand-in advice (0220). */
export interface Leg {
  readonly state: LegState;
  /** STAN and DE 7 of the message that was answered; a message with the same is its repeat. */
  readonly message: string;
  readonly responseCode: string;
  /** DE 38, empty when declined. */
  readonly approvalCode: string;
  /** Amount that a partial reversal left, also one that came before its original. */
  readonly actualMinor: bigint | undefined;
}

export type LegName = 'request' | 'advice';

export interface IssuerTransaction {
  /** `acquirer-rrn-terminal` (DE 32, 37, 41): the same on every hop. */
  readonly key: string;
  readonly cardKey: string;
  /** Undefined when the card is unknown to this issuer. */
  readonly accountId: number | undefined;
  readonly acquirer: string;
  readonly rrn: string;
  readonly terminal: string;
  readonly amountMinor: bigint;
  readonly day: number;
  /** Milliseconds since the epoch when it was first heard of. */
  readonly seenAtMs: number;
  readonly request: Leg;
  readonly advice: Leg;
  /** What stands posted now: the customer's part, and the part on the stand-in loss account. */
  readonly customerMinor: bigint;
  readonly lossMinor: bigint;
  /** Which leg's posting that is; decides the kind of the ledger line that undoes it. */
  readonly postedBy: LegName;
}

export const NO_LEG: Leg = {
  state: 'none',
  message: '',
  responseCode: '',
  approvalCode: '',
  actualMinor: undefined,
};

const MS_PER_DAY = 86_400_000;

/** Business date (UTC) of a moment. */
export function businessDay(nowMs: number): number {
  return Math.floor(nowMs / MS_PER_DAY);
}

/** True after the last day of the card's month. Two-digit years are of this century. */
export function isExpired(card: Pick<CardState, 'expiry'>, nowMs: number): boolean {
  const year = 2000 + Number(card.expiry.slice(0, 2));
  const month = Number(card.expiry.slice(2, 4));
  return nowMs >= Date.UTC(year, month, 1);
}
