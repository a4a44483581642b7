/**
 * How guessing a passphrase ends: on a device of its own, whose clock the demonstration moves. Someone
 * guesses as fast as the device allows, and then with the right passphrase while it is locked.
 */
import { scryptSync } from 'node:crypto';
import { Device } from '@pinfold/hsm';
import { random } from './device-session.js';

const RIGHT = 'correct horse battery';
const OFFICER = { name: 'olga', role: 'officer' } as const;
/** Waits as fast as the device allows: before each wait ends once, to see the refusal. */
const WAITS = [0, 0, 1, 0, 2, 4, 8, 0, 60, 15 * 60] as const;
const CHEAP = { N: 2 ** 10, r: 8, p: 1 };

export interface LockOut {
  readonly tries: readonly { readonly atSeconds: number; readonly answer: string }[];
  /** Passphrases that were looked at in the minute with most of them. */
  readonly guessesPerMinute: number;
}

export function lockOutDemonstration(): LockOut {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const device = Device.create({
    random,
    clock,
    demo: true,
    hasher: { hash: (text, salt) => scryptSync(text, salt, 32, CHEAP) },
  });
  const officers = device.session([
    { name: 'anna', role: 'officer' },
    { name: 'bert', role: 'officer' },
  ]);
  device.execute(officers, 'CreateUser', { ...OFFICER, passphrase: RIGHT });
  const tries: { atSeconds: number; answer: string; looked: boolean }[] = [];
  const attempt = (passphrase: string): void => {
    const outcome = device.login(OFFICER.name, passphrase);
    const answer = outcome.ok ? 'logged in' : outcome.code;
    const atSeconds = (clock.time - Date.UTC(2026, 0, 1)) / 1000;
    tries.push({ atSeconds, answer, looked: answer === 'LOGIN_REFUSED' });
  };
  WAITS.forEach((seconds, i) => {
    clock.time += seconds * 1000;
    const late = i >= WAITS.length - 3;
    attempt(late ? RIGHT : `wrong guess ${i}`);
  });
  const looked = tries.filter((one) => one.looked).map(({ atSeconds }) => atSeconds);
  const perMinute = looked.map(
    (from) => looked.filter((at) => at >= from && at < from + 60).length,
  );
  return {
    tries: tries.map(({ atSeconds, answer }) => ({ atSeconds, answer })),
    guessesPerMinute: Math.max(...perMinute),
  };
}
