/** PIN blocks from terminal or zone key to zone key, by a payShield, read here and by the other device. */
import type { Output } from '@pinfold/hsm';
import fc from 'fast-check';
import { valued } from '../../../hsm/src/testing.js';
import {
  blockOf,
  FORMATS_OF,
  knownPinKeys,
  pans,
  pinOf,
  pins,
  SEED,
} from './known-pins.contract.js';
import { codeOf, only, openWorld, TEST_MODES, type TestWorld } from './testing.js';

describe.each(TEST_MODES)('PIN blocks at a %s payShield', (mode) => {
  const formats = FORMATS_OF[mode];
  let world: TestWorld;
  let keyOf: ReturnType<typeof knownPinKeys>;
  beforeAll(async () => {
    world = await openWorld(mode);
    keyOf = knownPinKeys(world);
  });
  afterAll(() => world.close());

  it('go from terminal or zone to zone, whatever the formats', async () => {
    await fc.assert(
      fc.asyncProperty(
        pans,
        pins,
        fc.constantFrom(...formats),
        fc.constantFrom(...formats),
        fc.constantFrom('TPK' as const, 'ZPK' as const),
        async (pan, pin, fromFormat, format, role) => {
          const from = keyOf(role, fromFormat);
          const to = keyOf('ZPK', format);
          const pinBlock = blockOf({ format: fromFormat, value: from.value, pin, pan });
          const sides = {
            from: { key: from.key, format: fromFormat },
            to: { key: to.key, format },
          };
          const moved: Output<'TranslatePinBlock'> = await only(
            world.client.run('TranslatePinBlock', [{ pinBlock, pan, ...sides }]),
          );
          expect(pinOf({ format, value: to.value, block: moved.pinBlock, pan })).toBe(pin);
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it.each(mode === 'hardened' ? (['T', 'A'] as const) : (['T'] as const))(
    'reach the other device, algorithm %s of the zone key',
    async (algorithm) => {
      const { client, otherClient, other, zmk, zck } = world;
      const pan = '4000000000000010';
      const made: Output<'GenerateWorkingKey'> = await only(
        client.run('GenerateWorkingKey', [{ usage: 'ZPK', algorithm }]),
      );
      const { keyBlock }: Output<'ExportKey'> = await only(
        client.run('ExportKey', [{ key: made.key, under: zmk }]),
      );
      const there: Output<'ImportKey'> = await only(
        otherClient.run('ImportKey', [{ keyBlock, under: zck, usage: 'ZPK' }]),
      );
      const format = algorithm === 'A' ? ('iso4' as const) : ('iso0' as const);
      const tpk = keyOf('TPK', 'iso0');
      const from = { key: tpk.key, format: 'iso0' as const };
      const typed = ['2750', '2750', '9031'];
      const blocks = await client.run(
        'TranslatePinBlock',
        typed.map((pin) => ({
          pinBlock: blockOf({ format: 'iso0', value: tpk.value, pin, pan }),
          pan,
          from,
          to: { key: made.key, format },
        })),
      );
      const pinBlocks = blocks.map((each) => valued(each).pinBlock);
      const pvk = other.key('P', { usage: 'PVK' });
      const block = { pan, key: there.key, format, pvk };
      const { record } = valued(
        other.device.execute(other.as('pinIssuance'), 'CreateVerificationRecord', {
          ...block,
          pinBlock: pinBlocks[0]!,
          method: 'visa-pvv',
          pvki: '1',
        }),
      );
      const verdicts = await otherClient.run(
        'VerifyPin',
        pinBlocks.map((pinBlock) => ({ ...block, pinBlock, record })),
      );
      expect(verdicts.map(codeOf)).toEqual(['ok', 'ok', 'PIN_WRONG']);
    },
  );

  it('stay with their account and go towards the issuer', async () => {
    const { client } = world;
    const pan = '4000000000000010';
    const zpk = keyOf('ZPK', 'iso0');
    const tpk = keyOf('TPK', 'iso0');
    const pinBlock = blockOf({ format: 'iso0', value: zpk.value, pin: '2750', pan });
    const from = { key: zpk.key, format: 'iso0' as const };
    const answers = await client.run('TranslatePinBlock', [
      { pinBlock, pan, from, to: { key: tpk.key, format: 'iso0' } },
      { pinBlock, pan, newPan: '4000000000000028', from, to: from },
      { pinBlock, pan, newPan: pan, from, to: from },
      { pinBlock, pan, from, to: { ...from, format: 'iso1' } },
      { pinBlock, pan, from: { ...from, format: 'iso4' }, to: from },
      { pinBlock: new Uint8Array(16), pan, from, to: from },
      { pinBlock: new Uint8Array(8), pan, from, to: from },
      { pinBlock, pan: '4000000000999910', from, to: from },
    ]);
    expect(answers.map(codeOf).slice(0, 7)).toEqual([
      'TRANSLATION_REFUSED',
      'TRANSLATION_REFUSED',
      'ok',
      'FORMAT_REFUSED',
      'FORMAT_REFUSED',
      'FORMAT_REFUSED',
      'PIN_BLOCK_INVALID',
    ]);
    expect(codeOf(answers[7]!)).toBe('PIN_BLOCK_INVALID');
  });
});
