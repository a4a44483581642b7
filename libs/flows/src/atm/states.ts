/**
 * The states of a withdrawal at the terminal and what may happen in each, as one table. An event that
 * a state does not list is illegal and throws. An event that leads back to its own state is a repeat
 * or a late one, and changes nothing.
 *
 * Approval and dispensing are one step, because the notes and the journal change in one transaction:
 * there is no moment at which a terminal has approved and not counted.
 */

export type WithdrawalState =
  /** Journaled, then sent; has a deadline. */
  | 'requested'
  | 'dispensed'
  | 'declined'
  /** No money went out; the reversal is repeated until it is answered. */
  | 'reversing'
  | 'reversed'
  /** Less went out than was approved; the reversal of the rest is repeated until it is answered. */
  | 'partly-dispensed'
  | 'partly-reversed';

export type WithdrawalEvent =
  | 'dispense'
  | 'dispensePartly'
  | 'decline'
  /** No answer, a late one, a bad MAC, an unusable answer, or nothing came out. */
  | 'reverse'
  /** The reversal was answered. */
  | 'settle';

type Row = Partial<Record<WithdrawalEvent, WithdrawalState>>;

export const TRANSITIONS: Readonly<Record<WithdrawalState, Row>> = {
  requested: {
    dispense: 'dispensed',
    dispensePartly: 'partly-dispensed',
    decline: 'declined',
    reverse: 'reversing',
  },
  dispensed: { dispense: 'dispensed', decline: 'dispensed', reverse: 'dispensed' },
  declined: { dispense: 'declined', decline: 'declined', reverse: 'declined' },
  reversing: {
    dispense: 'reversing',
    decline: 'reversing',
    reverse: 'reversing',
    settle: 'reversed',
  },
  reversed: { dispense: 'reversed', decline: 'reversed', reverse: 'reversed', settle: 'reversed' },
  'partly-dispensed': {
    dispense: 'partly-dispensed',
    decline: 'partly-dispensed',
    reverse: 'partly-dispensed',
    settle: 'partly-reversed',
  },
  'partly-reversed': {
    dispense: 'partly-reversed',
    decline: 'partly-reversed',
    reverse: 'partly-reversed',
    settle: 'partly-reversed',
  },
};

export const WITHDRAWAL_STATES = Object.keys(TRANSITIONS) as WithdrawalState[];

/** States in which a reversal is under way. */
export function isReversing(state: WithdrawalState): boolean {
  return TRANSITIONS[state].settle !== undefined && TRANSITIONS[state].settle !== state;
}

export class IllegalWithdrawalTransition extends Error {
  override readonly name = 'IllegalWithdrawalTransition';

  constructor(
    readonly state: WithdrawalState,
    readonly event: WithdrawalEvent,
  ) {
    super(`a withdrawal in state ${state} cannot ${event}`);
  }
}

/** @throws IllegalWithdrawalTransition */
export function transitWithdrawal(state: WithdrawalState, event: WithdrawalEvent): WithdrawalState {
  const to = TRANSITIONS[state][event];
  if (to === undefined) throw new IllegalWithdrawalTransition(state, event);
  return to;
}
