/**
 * States of one leg of a transaction, as a transition table. The request leg follows the 0200, the
 * advice leg the 0220 of a stand-in. Reversals may overtake what they reverse, and an advice may
 * overtake or take over the request, so every order of arrival has an entry or is illegal.
 */

export const LEG_STATES = [
  'none', // nothing heard
  'approved', // answered 00 and posted
  'declined', // answered otherwise
  'reversed', // posted, then taken back in full
  'reduced', // posted; a partial reversal left the actual amount
  'forestalled', // its reversal came first: the original is declined or posts the actual amount only
  'superseded', // the advice carries the posting now
] as const;
export type LegState = (typeof LEG_STATES)[number];

export type LegEvent = 'approve' | 'decline' | 'reverse' | 'reduce' | 'supersede';

const TRANSITIONS: Readonly<Record<LegState, Partial<Record<LegEvent, LegState>>>> = {
  none: {
    approve: 'approved',
    decline: 'declined',
    reverse: 'forestalled',
    reduce: 'forestalled',
    supersede: 'superseded',
  },
  approved: { reverse: 'reversed', reduce: 'reduced', supersede: 'superseded' },
  declined: { reverse: 'declined', reduce: 'declined', supersede: 'superseded' },
  reversed: { reverse: 'reversed', reduce: 'reversed', supersede: 'reversed' },
  reduced: { reverse: 'reduced', reduce: 'reduced', supersede: 'superseded' },
  forestalled: {
    approve: 'reduced',
    decline: 'forestalled',
    reverse: 'forestalled',
    reduce: 'forestalled',
    supersede: 'forestalled',
  },
  superseded: { reverse: 'superseded', reduce: 'superseded', supersede: 'superseded' },
};

/** The state after an event. An illegal event is a bug in the caller and throws. */
export function nextLegState(state: LegState, event: LegEvent): LegState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`a leg that is ${state} cannot ${event}`);
  return next;
}
