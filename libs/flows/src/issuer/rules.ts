/**
 * When a withdrawal is declined, and with which code (DE 39). The table is in order of precedence:
 * where several rules apply, the first one answers. Before the table come: 88 (MAC), the stored
 * answer of a repeat, and 30, 12, 13 of a malformed message.
 */
import { RESPONSE, type ResponseCodeValue } from '@pinfold/messages';
import type { Financial } from './intake.js';
import {
  type Account,
  businessDay,
  type CardState,
  type IssuerTransaction,
  isExpired,
} from './model.js';
import type { IssuerLimits } from './settings.js';

/** What the device said of the PIN, before the transaction. */
export type PinOutcome =
  | 'right'
  | 'wrong'
  | 'limited' // the device's own limit on failures
  | 'missing' // the message carries no PIN block
  | 'key-unknown' // DE 53 names a zone PIN key that this issuer does not hold
  | 'silent' // no device answered, or it could not use the card's record
  | 'unasked'; // nothing to ask: declined for another reason as far as could be seen

export interface CardFacts {
  readonly request: Financial;
  readonly nowMs: number;
  readonly card: CardState;
}

export interface PinFacts {
  readonly card: CardState;
  readonly pin: PinOutcome;
  readonly limits: IssuerLimits;
}

export interface MoneyFacts extends CardFacts {
  readonly account: Account;
  readonly limits: IssuerLimits;
}

export interface WithdrawalFacts {
  readonly request: Financial;
  readonly nowMs: number;
  readonly pin: PinOutcome;
  readonly limits: IssuerLimits;
  /** Undefined for a card of which this issuer knows nothing. */
  readonly card: CardState | undefined;
  readonly account: Account | undefined;
  /** The transaction, when its name was heard before. */
  readonly known: IssuerTransaction | undefined;
}

export interface Rule<F> {
  readonly name: string;
  readonly code: ResponseCodeValue;
  readonly applies: (facts: F) => boolean;
}

/** How often and how much the card has had on this business day. */
export function usedToday(card: CardState, day: number): { count: number; amountMinor: bigint } {
  return card.day === day
    ? { count: card.dayCount, amountMinor: card.dayAmountMinor }
    : { count: 0, amountMinor: 0n };
}

export const TRANSACTION_RULES: readonly Rule<WithdrawalFacts>[] = [
  {
    name: 'reversal came first',
    code: RESPONSE.lateAnswer,
    applies: ({ known }) => known?.request.state === 'forestalled',
  },
  {
    name: 'name of another transaction, or an advice has it',
    code: RESPONSE.duplicate,
    applies: ({ known }) => known !== undefined,
  },
  {
    name: 'no such card',
    code: RESPONSE.noSuchCard,
    applies: ({ card, account }) => card === undefined || account === undefined,
  },
];

export const CARD_RULES: readonly Rule<CardFacts>[] = [
  {
    name: 'card stolen',
    code: RESPONSE.cardStolen,
    applies: ({ card }) => card.status === 'stolen',
  },
  { name: 'card lost', code: RESPONSE.cardLost, applies: ({ card }) => card.status === 'lost' },
  {
    name: 'card restricted',
    code: RESPONSE.cardRestricted,
    applies: ({ card }) => card.status === 'restricted',
  },
  {
    name: 'card expired, or not the date on file',
    code: RESPONSE.cardExpired,
    applies: ({ card, request, nowMs }) =>
      isExpired(card, nowMs) || (request.expiry !== undefined && request.expiry !== card.expiry),
  },
];

export const PIN_RULES: readonly Rule<PinFacts>[] = [
  {
    name: 'card blocked by wrong PINs',
    code: RESPONSE.pinTriesExceeded,
    applies: ({ card, limits }) => card.tries >= limits.pinTries,
  },
  {
    name: 'no PIN in the message',
    code: RESPONSE.formatError,
    applies: ({ pin }) => pin === 'missing',
  },
  {
    name: 'zone PIN key unknown',
    code: RESPONSE.cryptographicFailure,
    applies: ({ pin }) => pin === 'key-unknown',
  },
  {
    name: 'device did not answer',
    code: RESPONSE.systemMalfunction,
    applies: ({ pin }) => pin === 'silent' || pin === 'unasked',
  },
  {
    name: 'limit of the device on wrong PINs',
    code: RESPONSE.pinTriesExceeded,
    applies: ({ pin }) => pin === 'limited',
  },
  {
    name: 'wrong PIN, and no try left',
    code: RESPONSE.pinTriesExceeded,
    applies: ({ pin, card, limits }) => pin === 'wrong' && card.tries + 1 >= limits.pinTries,
  },
  { name: 'wrong PIN', code: RESPONSE.pinWrong, applies: ({ pin }) => pin === 'wrong' },
];

export const MONEY_RULES: readonly Rule<MoneyFacts>[] = [
  {
    name: 'balance',
    code: RESPONSE.insufficientFunds,
    applies: ({ account, request }) => account.balanceMinor < request.amountMinor,
  },
  {
    name: 'amount per day',
    code: RESPONSE.amountLimit,
    applies: ({ card, request, limits, nowMs }) =>
      usedToday(card, businessDay(nowMs)).amountMinor + request.amountMinor >
      limits.amountPerDayMinor,
  },
  {
    name: 'number per day',
    code: RESPONSE.frequencyLimit,
    applies: ({ card, limits, nowMs }) =>
      usedToday(card, businessDay(nowMs)).count >= limits.countPerDay,
  },
];

const firstOf = <F>(rules: readonly Rule<F>[], facts: F): ResponseCodeValue | undefined => {
  for (const rule of rules) if (rule.applies(facts)) return rule.code;
  return undefined;
};

/** True when only the PIN and the money can still decline: then the device is asked. */
export function pinDecides(facts: CardFacts & { readonly limits: IssuerLimits }): boolean {
  return facts.card.tries < facts.limits.pinTries && firstOf(CARD_RULES, facts) === undefined;
}

/** DE 39 of the answer to a withdrawal, `00` when no rule applies. */
export function responseTo(facts: WithdrawalFacts): ResponseCodeValue {
  const early = firstOf(TRANSACTION_RULES, facts);
  if (early !== undefined) return early;
  const all = facts as WithdrawalFacts & MoneyFacts;
  return (
    firstOf(CARD_RULES, all) ??
    firstOf(PIN_RULES, all) ??
    firstOf(MONEY_RULES, all) ??
    RESPONSE.approved
  );
}
