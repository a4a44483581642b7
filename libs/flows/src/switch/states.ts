/**
 * The states of a withdrawal at the switch and what may happen in each, as one table. An event that a
 * state does not list is illegal: `transit` throws (a bug of ours), `next` tells (a peer's message).
 * An event that leads back to its own state is a repeat or a late one, and changes nothing.
 */

export type TransactionState =
  /** Sent to the issuer, no answer yet; has a deadline. */
  | 'forwarded'
  | 'approved'
  | 'declined'
  /** The issuer was silent: 91 to the terminal, a reversal to the issuer. */
  | 'timed-out'
  /** Approved by the switch in the issuer's place; an advice tells the issuer. */
  | 'stood-in'
  | 'reversed'
  /** Less was dispensed than approved; the rest is reversed. */
  | 'partly-reversed'
  /** The reversal came before its request, which is declined when it comes. */
  | 'forestalled';

export type TransactionEvent =
  | 'forward'
  | 'approve'
  | 'decline'
  | 'timeOut'
  | 'standIn'
  | 'reverse'
  | 'reversePartly';

type Row = Partial<Record<TransactionEvent, TransactionState>>;

/** `none`: no row yet. */
export const TRANSITIONS: Readonly<Record<TransactionState | 'none', Row>> = {
  none: {
    forward: 'forwarded',
    decline: 'declined',
    standIn: 'stood-in',
    reverse: 'forestalled',
    reversePartly: 'forestalled',
  },
  forwarded: {
    approve: 'approved',
    decline: 'declined',
    timeOut: 'timed-out',
    standIn: 'stood-in',
    reverse: 'reversed',
  },
  approved: {
    approve: 'approved',
    // The issuer refused a damaged copy of the request that it has approved.
    decline: 'approved',
    reverse: 'reversed',
    reversePartly: 'partly-reversed',
  },
  declined: { approve: 'declined', decline: 'declined', reverse: 'declined' },
  'timed-out': { approve: 'timed-out', decline: 'timed-out', reverse: 'timed-out' },
  'stood-in': {
    approve: 'stood-in',
    decline: 'stood-in',
    reverse: 'reversed',
    reversePartly: 'partly-reversed',
  },
  reversed: { approve: 'reversed', decline: 'reversed', reverse: 'reversed' },
  'partly-reversed': {
    approve: 'partly-reversed',
    decline: 'partly-reversed',
    reversePartly: 'partly-reversed',
  },
  forestalled: { reverse: 'forestalled', reversePartly: 'forestalled' },
};

export const STATES = Object.keys(TRANSITIONS).filter((s) => s !== 'none') as TransactionState[];

/** The state after the event, or undefined when the table does not allow it. */
export function next(
  state: TransactionState | 'none',
  event: TransactionEvent,
): TransactionState | undefined {
  return TRANSITIONS[state][event];
}

export class IllegalTransition extends Error {
  constructor(
    readonly state: TransactionState | 'none',
    readonly event: TransactionEvent,
  ) {
    super(`a withdrawal in state ${state} cannot ${event}`);
    this.name = 'IllegalTransition';
  }
}

/** As `next`, for events of our own making. @throws IllegalTransition */
export function transit(
  state: TransactionState | 'none',
  event: TransactionEvent,
): TransactionState {
  const to = next(state, event);
  if (to === undefined) throw new IllegalTransition(state, event);
  return to;
}
