/** No verification command without an answer to: how many guesses are there, and what stops them? */
import { COMMAND_NAMES, type CommandName, commandNamed } from '../commands/index.js';
import { MIN_MAC_BYTES } from '../commands/macs/mac-variants.js';
import { GUESSABLE_BITS, GUESSES } from './guessing.js';

/** Commands whose name or answers say that they judge something. */
const judging = COMMAND_NAMES.filter((name) => {
  const { verdicts = [], errors } = commandNamed(name)!;
  return /^(Verify|RsaVerify)/.test(name) || verdicts.length > 0 || errors.includes('MAC_INVALID');
});

it.each(judging)('%s is in the table of guesses', (name) => {
  expect(Object.keys(GUESSES)).toContain(name);
});

it.each(Object.keys(GUESSES) as CommandName[])('%s has limits if it can be guessed', (name) => {
  const { rules, errors } = commandNamed(name)!;
  const { bits } = GUESSES[name]!;
  const guessable = bits !== undefined && bits < GUESSABLE_BITS;
  expect(rules.includes('M6.account-limit')).toBe(guessable);
  expect(rules.includes('M6.device-limit')).toBe(guessable);
  expect(errors.some((code) => code.endsWith('_LIMIT'))).toBe(guessable);
});

it('names the shortest MAC rightly', () => {
  expect(GUESSES.VerifyMessageMac?.bits).toBe(8 * MIN_MAC_BYTES);
});
