/**
 * The life of a device as a transition table. A transition that the table does not have is refused.
 *
 *   factory → initialised (master keys are in) → operational → tampered
 *   error: a self-test failed. It is not kept: every start tests again, and a device that passes is
 *   where it was
 */
export const LIFE_STATES = ['factory', 'initialised', 'operational', 'error', 'tampered'] as const;
export type LifeState = (typeof LIFE_STATES)[number];

export const TRANSITIONS = {
  factory: { initialise: 'initialised', tamper: 'tampered', fail: 'error' },
  initialised: { activate: 'operational', tamper: 'tampered', fail: 'error' },
  operational: { tamper: 'tampered', fail: 'error', initialise: 'operational' },
  error: { tamper: 'tampered', fail: 'error' },
  tampered: { tamper: 'tampered' },
} as const satisfies Record<LifeState, Partial<Record<LifeEvent, LifeState>>>;

export type LifeEvent = 'initialise' | 'activate' | 'fail' | 'tamper';

/** The next state, or undefined where there is none. */
export function nextLifeState(state: LifeState, event: LifeEvent): LifeState | undefined {
  const row: Partial<Record<LifeEvent, LifeState>> = TRANSITIONS[state];
  return row[event];
}
