/** Batches of MACs by name answer as one after the other would. */
import fc from 'fast-check';
import type { HsmJob } from '../../device.js';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

describe.each(MODES)('MACs of a %s device in batches', (mode) => {
  const { device, as, ask, key } = keyBench(mode);
  const session = as('production');
  const keys = [
    key('TCK', { usage: 'ZAK', algorithm: 'T' }),
    key('TCK', { usage: 'TAK', algorithm: 'T' }),
    key('TCK', { usage: 'CBCMAK', algorithm: 'T' }),
    key('TCK', { usage: 'HMK', algorithm: 'H' }),
    'nonsense',
  ];
  const algorithms = ['iso9797-1', 'iso9797-3', 'iso9797-3', 'cmac', 'hmac-sha256'] as const;
  const state = valued(
    ask('production', 'ChainMac', {
      key: keys[0]!,
      algorithm: 'iso9797-3',
      data: new Uint8Array(8),
    }),
  ).state;
  const data = fc.uint8Array({ maxLength: 40 });
  const anything = fc.record({
    key: fc.constantFrom(...keys),
    algorithm: fc.constantFrom(...algorithms),
    padding: fc.constantFrom(undefined, 1, 2, 3),
    data,
    macBytes: fc.constantFrom(undefined, 4, 8, 9),
    state: fc.constantFrom(undefined, state),
    right: fc.boolean(),
  });
  // What goes through the engine together: one algorithm and padding, keys of their own.
  const usual = fc.record({
    key: fc.constantFrom(keys[0]!, keys[1]!),
    algorithm: fc.constant('iso9797-3' as const),
    padding: fc.constantFrom(1, 2),
    data,
    macBytes: fc.constant(undefined),
    state: fc.constant(undefined),
    right: fc.boolean(),
  });
  const job = fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: anything });

  it('are those of single commands, in order', () => {
    fc.assert(
      fc.property(fc.array(job, { minLength: 30, maxLength: 150 }), (asked) => {
        const jobs = asked.flatMap(({ right, ...input }): HsmJob[] => {
          const made = device.execute(session, 'GenerateMessageMac', input);
          const mac = Uint8Array.from(made.ok ? made.value.mac : new Uint8Array(8));
          if (!right) mac[0]! ^= 1;
          const { macBytes: _, ...rest } = input;
          return [
            { command: 'GenerateMessageMac', input },
            { command: 'VerifyMessageMac', input: { ...rest, mac } },
          ];
        });
        const singles = jobs.map(({ command, input }) =>
          device.execute(session, command, input as never),
        );
        expect(device.executeMany(session, jobs)).toEqual(singles);
      }),
      { numRuns: 25 },
    );
  });
});
