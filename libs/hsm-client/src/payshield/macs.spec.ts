/** MACs of a payShield are the device's own, byte for byte. */
import { randomBytes } from 'node:crypto';
import type { Output } from '@pinfold/hsm';
import fc from 'fast-check';
import { only, openWorld, TEST_MODES, type TestWorld } from './testing.js';

const SEED = 20261122;

describe.each(TEST_MODES)('MACs at a %s payShield', (mode) => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await openWorld(mode);
  });
  afterAll(() => world.close());

  /** A key that both ends have: made by the device, taken by the payShield. */
  const sharedKey = async (algorithm: 'T' | 'A') => {
    const { client, otherClient, zmk, zck } = world;
    const made: Output<'GenerateWorkingKey'> = await only(
      otherClient.run('GenerateWorkingKey', [{ usage: 'ZAK', algorithm }]),
    );
    const { keyBlock }: Output<'ExportKey'> = await only(
      otherClient.run('ExportKey', [{ key: made.key, under: zck }]),
    );
    const taken: Output<'ImportKey'> = await only(
      client.run('ImportKey', [{ keyBlock, under: zmk, usage: 'ZAK' }]),
    );
    return { here: taken.key, there: made.key };
  };

  it.each(mode === 'hardened' ? (['T', 'A'] as const) : (['T'] as const))(
    'are made and verified as by the other device, algorithm %s',
    async (algorithm) => {
      const { client, otherClient } = world;
      const { here, there } = await sharedKey(algorithm);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), {
            minLength: 1,
            maxLength: 20,
          }),
          fc.nat({ max: 63 }),
          async (messages, bit) => {
            const inputs = (key: string) => messages.map((data) => ({ key, data }));
            const made = await client.run('GenerateMac', inputs(here));
            expect(made).toEqual(await otherClient.run('GenerateMac', inputs(there)));
            const claims = messages.map((data, i) => {
              const answer = made[i]!;
              const mac = Uint8Array.from(answer.ok ? answer.value.mac : []);
              if (i % 2 === 1) mac[bit >> 3]! ^= 1 << (bit & 7);
              return { key: here, data, mac };
            });
            const verdicts = await client.run('VerifyMac', claims);
            expect(verdicts).toEqual(
              messages.map((_, i) =>
                i % 2 === 0 ? { ok: true, value: {} } : { ok: false, code: 'MAC_INVALID' },
              ),
            );
          },
        ),
        { seed: SEED, numRuns: 25 },
      );
    },
  );

  it('are made of messages up to what a frame holds', async () => {
    const { client, otherClient } = world;
    const { here, there } = await sharedKey('T');
    const data = Uint8Array.from(randomBytes(32_000));
    expect(await client.run('GenerateMac', [{ key: here, data }])).toEqual(
      await otherClient.run('GenerateMac', [{ key: there, data }]),
    );
    const longer = new Uint8Array(32_001);
    expect(
      await client.run('VerifyMac', [
        { key: here, data: longer, mac: new Uint8Array(8) },
        { key: here, data: new Uint8Array(), mac: new Uint8Array(8) },
        { key: here, data, mac: new Uint8Array(4) },
      ]),
    ).toEqual([1, 2, 3].map(() => ({ ok: false, code: 'INPUT_INVALID' })));
  });

  it('are made with MAC keys alone', async () => {
    const { client, zmk, token } = world;
    const zpk = token('ZPK', Uint8Array.from(randomBytes(16)));
    const zak = token('ZAK', Uint8Array.from(randomBytes(16)));
    const data = new Uint8Array(8);
    const answers = await client.run(
      'GenerateMac',
      [zpk, zmk, zak.slice('payshield:'.length), zak.replace(':ZAK:', ':ABC:')].map((key) => ({
        key,
        data,
      })),
    );
    expect(answers).toEqual(answers.map(() => ({ ok: false, code: 'TOKEN_INVALID' })));
    // A ZPK in a ZAK's clothes: the payShield itself finds out under a key-block LMK.
    const dressed = await client.run('GenerateMac', [{ key: zpk.replace('ZPK', 'ZAK'), data }]);
    if (mode === 'hardened') expect(dressed).toMatchObject([{ code: 'TOKEN_INVALID' }]);
  });
});
