/** A short run in both modes; `npm run fuzz:hsm -- --count N` makes long ones. */
import { MODES } from '../policy/policy.js';
import { fuzz } from './fuzz.js';

describe.each(MODES)('a fuzzed %s device', (mode) => {
  it.each([1, 20261121])('answers as documented and tells no key, seed %i', (seed) => {
    const report = fuzz({ mode, seed, count: 4_000 });
    expect(report.faults).toEqual([]);
    expect(report.accepted).toBeGreaterThan(100);
    expect(Object.keys(report.refused).length).toBeGreaterThan(5);
  });
});
