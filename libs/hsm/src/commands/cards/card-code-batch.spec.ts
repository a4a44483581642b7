/** Batches of card codes answer as one after the other would, limits included. */
import fc from 'fast-check';
import type { HsmJob } from '../../device.js';
import { MODES } from '../../policy/policy.js';
import { benchDevice } from '../../testing.js';
import { CARD_CODE_NAMES } from './card-codes.js';

const PANS = ['4000000000000010', '4000000000000028', '512345678901'];

describe.each(MODES)('card codes of a %s device in batches', (mode) => {
  const { device, as, key } = benchDevice({ mode });
  const keys = ['CVK', 'CVK', 'CSCK', 'IMKDN'].map((usage) => key('P', { usage }));
  const members = {
    expiry: '2912',
    atc: new Uint8Array(2),
    un: new Uint8Array(4),
    track: new Uint8Array(9),
  };
  const usual = fc.record({
    key: fc.constantFrom(keys[0]!, keys[1]!),
    code: fc.constantFrom('cvv' as const, 'cvv2' as const, 'icvv' as const),
    pan: fc.constantFrom(...PANS),
    serviceCode: fc.constant('201'),
    right: fc.integer({ min: 0, max: 5 }),
  });
  const anything = fc.record({
    key: fc.constantFrom(...keys, 'nonsense'),
    code: fc.constantFrom(...CARD_CODE_NAMES),
    pan: fc.constantFrom(...PANS),
    serviceCode: fc.constantFrom(undefined, '201'),
    right: fc.integer({ min: 0, max: 2 }),
  });
  const job = fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: anything });

  it('are those of single commands, in order', () => {
    fc.assert(
      fc.property(fc.array(job, { minLength: 30, maxLength: 150 }), (asked) => {
        const issuer = as('pinIssuance');
        const making = asked.map(({ right: _, ...input }): HsmJob => {
          return { command: 'GenerateCardCode', input: { ...members, ...input } };
        });
        const made = making.map(({ command, input }) =>
          device.execute(issuer, command, input as never),
        );
        expect(device.executeMany(issuer, making)).toEqual(made);
        const judging = asked.map(({ right, ...input }, i): HsmJob => {
          const answer = made[i]! as { ok: boolean; value?: { value: string } };
          const value = right > 0 && answer.ok ? answer.value!.value : '000';
          return { command: 'VerifyCardCode', input: { ...members, ...input, value } };
        });
        const [one, other] = [device.clone(), device.clone()];
        const session = (of: typeof one) => of.session({ name: 'p', role: 'production' });
        const singles = judging.map(({ command, input }) =>
          one.execute(session(one), command, input as never),
        );
        expect(other.executeMany(session(other), judging)).toEqual(singles);
      }),
      { numRuns: 15 },
    );
  });
});
