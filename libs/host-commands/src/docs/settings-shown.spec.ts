import { SECURITY_SETTINGS, settingsOf } from '@pinfold/hsm';
import { showSettings } from './settings-shown.js';

const results = showSettings();

it.each(results)('$setting holds something: $what', ({ setting, on, off }) => {
  expect(on).not.toBe(off);
  const { error } = SECURITY_SETTINGS[setting];
  // One setting changes what a reply holds and refuses nothing.
  if (error === '00') expect([on.slice(2, 4), off.slice(2, 4)]).toEqual(['00', '00']);
  else {
    expect(on.slice(2)).toBe(error);
    expect(off.slice(2, 4)).not.toBe(error);
  }
});

it('shows every setting', () => {
  expect(results.map(({ setting }) => setting)).toEqual(Object.keys(SECURITY_SETTINGS));
});

it.each(['legacy', 'hardened'] as const)('switches each off by its name, %s', (mode) => {
  const all = settingsOf(mode);
  for (const name of all) {
    expect([...settingsOf(mode, [name])]).toEqual([...all].filter((other) => other !== name));
  }
  expect(settingsOf(mode, [...all]).size).toBe(0);
});
