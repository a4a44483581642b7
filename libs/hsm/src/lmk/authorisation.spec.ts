import { Authorisation, type AuthorisationEvent } from './authorisation.js';

const at = (from = false) => {
  let now = 1_000_000;
  const told: AuthorisationEvent[] = [];
  const tell = (event: AuthorisationEvent) => told.push(event);
  const state = new Authorisation({ clock: () => now, from, tell });
  return {
    state,
    told,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

it('takes two different officers, in time', () => {
  const { state, pass } = at();
  expect(state.consent('one')).toBe(false);
  expect(state.consent('one')).toBe(false);
  pass(5 * 60_000 + 1);
  expect(state.consent('two')).toBe(false);
  expect(state.consent('one')).toBe(true);
  expect(state.inForce).toBe(true);
});

it('ends after twelve hours, or when it is cancelled', () => {
  const { state, pass } = at();
  state.consent('one');
  state.consent('two');
  pass(12 * 3_600_000 - 1);
  expect(state.inForce).toBe(true);
  pass(1);
  expect(state.inForce).toBe(false);
  state.consent('one');
  expect(state.consent('two')).toBe(true);
  state.cancel();
  expect(state.inForce).toBe(false);
  // A consent of before the end does not count.
  expect(state.consent('one')).toBe(false);
});

it('has no end on a device that starts with it', () => {
  const { state, pass } = at(true);
  pass(400 * 24 * 3_600_000);
  expect(state.inForce).toBe(true);
  state.cancel();
  expect(state.inForce).toBe(false);
});

it('tells what happened to it, and by whom', () => {
  const { state, told } = at();
  state.cancel('one');
  state.consent('one');
  state.consent('two');
  state.cancel('two');
  expect(told).toEqual([
    { state: 'consent of one', officer: 'one' },
    { state: 'authorised', officer: 'two' },
    { state: 'ended', officer: 'two' },
  ]);
});
