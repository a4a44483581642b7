/** What a customer asks of a terminal, and what comes of it. */
import { InputError } from '@pinfold/crypto';
import type { CardData } from './build.js';
import { isReversing } from './states.js';
import type { Withdrawal } from './withdrawal.js';

export interface WithdrawalOrder extends CardData {
  readonly terminal: string;
  /** As typed; it goes into the PIN pad before anything else happens, and stays there. */
  readonly pin: string;
  readonly amountMinor: bigint;
  /** W3C Trace Context of the caller, carried along. */
  readonly traceparent?: string;
}

/** Why nothing was asked of the network. */
export type OrderRefusal =
  | 'TERMINAL_UNKNOWN'
  | 'TERMINAL_OUT_OF_SERVICE' // no keys, or not signed on
  | 'TERMINAL_BUSY' // one customer at a time
  | 'NOTES_MISSING' // the amount cannot be made from the notes inside
  | 'JOURNAL_UNAVAILABLE'
  | 'FLEET_STOPPING';

export interface WithdrawalResult {
  /**
   * `reversed`: no money came out, and the reversal is repeated until it is answered; the customer
   * does not wait for that. `refused`: nothing was sent.
   */
  readonly outcome: 'dispensed' | 'partly-dispensed' | 'declined' | 'reversed' | 'refused';
  readonly terminal: string;
  readonly amountMinor: bigint;
  readonly dispensedMinor: bigint;
  /** DE 39 of the answer; null without one. */
  readonly responseCode: string | null;
  /** Null when refused. */
  readonly stan: string | null;
  readonly rrn: string | null;
  readonly refusal?: OrderRefusal;
}

export function refusedOrder(order: WithdrawalOrder, refusal: OrderRefusal): WithdrawalResult {
  const { terminal, amountMinor } = order;
  return {
    outcome: 'refused',
    terminal,
    amountMinor,
    dispensedMinor: 0n,
    responseCode: null,
    stan: null,
    rrn: null,
    refusal,
  };
}

/** Undefined while the row waits for its answer. */
export function resultOf(row: Withdrawal): WithdrawalResult | undefined {
  if (row.state === 'requested') return undefined;
  const { terminal, amountMinor, dispensedMinor, responseCode, stan, rrn, state } = row;
  const partly = state === 'partly-dispensed' || state === 'partly-reversed';
  const outcome = partly
    ? 'partly-dispensed'
    : isReversing(state) || state === 'reversed'
      ? 'reversed'
      : (state as 'dispensed' | 'declined');
  return { outcome, terminal, amountMinor, dispensedMinor, responseCode, stan, rrn };
}

const LARGEST_AMOUNT = 999_999_999_999n;

/** @throws InputError ORDER_INVALID; the message never holds what was given. */
export function requireOrder(order: WithdrawalOrder): void {
  const wrong = (what: string) => new InputError('ORDER_INVALID', what);
  if (!/^\d{12,19}$/.test(order.pan)) throw wrong('a card number is 12 to 19 digits');
  if (!/^\d{4,12}$/.test(order.pin)) throw wrong('a PIN is 4 to 12 digits');
  if (!/^\d{2}(0[1-9]|1[0-2])$/.test(order.expiry)) throw wrong('an expiry date is YYMM');
  if (order.amountMinor <= 0n || order.amountMinor > LARGEST_AMOUNT) {
    throw wrong('an amount is 1 to 999999999999 minor units');
  }
}
