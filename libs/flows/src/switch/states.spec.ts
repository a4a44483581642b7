import fc from 'fast-check';
import {
  IllegalTransition,
  next,
  STATES,
  TRANSITIONS,
  type TransactionEvent,
  type TransactionState,
  transit,
} from './states.js';

const EVENTS: readonly TransactionEvent[] = [
  'forward',
  'approve',
  'decline',
  'timeOut',
  'standIn',
  'reverse',
  'reversePartly',
];

/** What a terminal may have paid out, as far as the switch's state says. */
const PAYS: ReadonlySet<TransactionState> = new Set(['approved', 'stood-in', 'partly-reversed']);
/** States out of which no money may come any more, whatever happens. */
const CLOSED: ReadonlySet<TransactionState> = new Set([
  'declined',
  'timed-out',
  'reversed',
  'forestalled',
]);

describe('states of a withdrawal at the switch', () => {
  it('names a state for every row and target of the table', () => {
    for (const row of Object.values(TRANSITIONS)) {
      for (const to of Object.values(row)) expect(STATES).toContain(to);
    }
  });

  it('throws on what the table does not list, and only there', () => {
    const states = [...STATES, 'none'] as const;
    for (const state of states) {
      for (const event of EVENTS) {
        const to = next(state, event);
        if (to === undefined) expect(() => transit(state, event)).toThrow(IllegalTransition);
        else expect(transit(state, event)).toBe(to);
      }
    }
  });

  it('never pays after a state that is closed, whatever the order of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 }), (events) => {
        let state: TransactionState | 'none' = 'none';
        let closed = false;
        for (const event of events) {
          const to = next(state, event);
          if (to === undefined) continue;
          if (closed) expect(PAYS.has(to)).toBe(false);
          closed ||= CLOSED.has(to);
          state = to;
        }
      }),
    );
  });

  it('comes to the same end however often an event is repeated', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.integer({ min: 1, max: 3 })), {
          maxLength: 8,
        }),
        (steps) => {
          let once: TransactionState | 'none' = 'none';
          let often: TransactionState | 'none' = 'none';
          for (const [event, times] of steps) {
            once = next(once, event) ?? once;
            for (let i = 0; i < times; i++) often = next(often, event) ?? often;
          }
          expect(often).toBe(once);
        },
      ),
    );
  });
});
