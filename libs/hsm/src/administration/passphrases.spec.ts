/**
 * How likely a guess is, and how many a minute sees: FIPS 140-3 asks for less than 1 in 1,000,000 for
 * one guess and less than 1 in 100,000 for all guesses of a minute. Computed, and measured on a device
 * that is guessed at as fast as it allows.
 */
import { createHash } from 'node:crypto';
import { benchDevice, valued } from '../testing.js';
import { isAcceptable, PASSPHRASE, SINGLE_GUESS, stringsWithDistinct } from './passphrases.js';
import { LOCK_AFTER } from './users.js';

const hasher = {
  hash: (text: string, salt: Uint8Array) =>
    Uint8Array.from(createHash('sha256').update(salt).update(text).digest()),
};
const MINUTE = 60_000;

/** Guesses at those users at every quarter of a second for so long; gives when one was looked at. */
function guessAt(names: readonly string[], forMs: number): number[] {
  const { device, clock } = benchDevice({ hasher });
  const officers = [
    { name: 'olga', role: 'officer' },
    { name: 'otto', role: 'officer' },
  ] as const;
  for (const name of names) {
    const user = { name, role: 'auditor', passphrase: 'never guessed at all' } as const;
    valued(device.execute(device.session(officers), 'CreateUser', user));
  }
  const looked: number[] = [];
  const until = clock.time + forMs;
  for (; clock.time < until; clock.time += 250) {
    for (const name of names) {
      const answer = device.login(name, `guess ${clock.time}`);
      if (!answer.ok && answer.code === 'LOGIN_REFUSED') looked.push(clock.time);
    }
  }
  return looked;
}

const inWorstMinute = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length));

it('counts the passphrases that are accepted rightly', () => {
  let accepted = 0;
  for (let i = 0; i < 10 ** 5; i++) {
    const text = String(i).padStart(5, '0');
    if (new Set(text).size >= PASSPHRASE.distinct) accepted += 1;
  }
  expect(stringsWithDistinct(5, 10)).toBe(accepted);
  expect(stringsWithDistinct(8, 10)).toBeGreaterThan(0.9 * 10 ** 8);
  expect(stringsWithDistinct(8, 10)).toBeLessThan(10 ** 8);
});

it('a single guess is right with less than 1 in 1,000,000', () => {
  expect(SINGLE_GUESS).toBeLessThan(1e-6);
});

it('all guesses of a minute are right with less than 1 in 100,000, at one user', () => {
  const times = guessAt(['ann'], 40 * MINUTE);
  expect(inWorstMinute(times)).toBe(LOCK_AFTER);
  expect(inWorstMinute(times) * SINGLE_GUESS).toBeLessThan(1e-5);
});

it('and at any of twenty users of a device', () => {
  const names = Array.from({ length: 20 }, (_, i) => `user-${i}`);
  const times = guessAt(names, 5 * MINUTE);
  expect(inWorstMinute(times)).toBeGreaterThan(LOCK_AFTER);
  expect(inWorstMinute(times) * SINGLE_GUESS).toBeLessThan(1e-5);
});

it.each([
  ['short', 'abcdefg', false],
  ['of few characters', 'aaaabbbb', false],
  ['common', 'password1', false],
  ['common, with case', 'PassWord!!!1', false],
  ['two common ones', 'qwerty123456', false],
  ['the name and little more', 'ann-smith99', false],
  ['longer than is read', 'abcde'.repeat(26), false],
  ['random digits', '30718264', true],
  ['words', 'correct horse', true],
  ['a common word in a long text', 'my password is a long one', true],
])('a passphrase that is %s', (_, passphrase, accepted) => {
  expect(isAcceptable(passphrase, 'ann-smith')).toBe(accepted);
});
