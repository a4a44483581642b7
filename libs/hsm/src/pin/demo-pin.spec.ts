import { isWeakPin } from '@pinfold/pin';
import { demoPin } from './demo-pin.js';

const pan = (n: number) => `400000${String(n).padStart(9, '0')}0`;

it('is the same for a seed and a card number, and another one for another', () => {
  expect(demoPin('pinfold', pan(1))).toBe(demoPin('pinfold', pan(1)));
  const pins = (seed: string) => Array.from({ length: 50 }, (_, n) => demoPin(seed, pan(n))).join();
  expect(pins('pinfold')).not.toBe(pins('other'));
});

it('is never weak', () => {
  const pins = Array.from({ length: 5_000 }, (_, n) => demoPin('pinfold', pan(n)));
  expect(pins.filter((pin) => isWeakPin(pin))).toEqual([]);
  expect(pins.every((pin) => /^\d{4}$/.test(pin))).toBe(true);
});
