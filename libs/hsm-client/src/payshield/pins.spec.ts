/** PINs verified at a payShield, and the records that they are verified with. */
import type { Input, Output } from '@pinfold/hsm';
import fc from 'fast-check';
import { valued } from '../../../hsm/src/testing.js';
import { payshieldClient } from './client.js';
import {
  blockOf,
  FORMATS_OF,
  knownPinKeys,
  pans,
  pins,
  SEED,
  TABLE,
  type TestFormat,
} from './known-pins.contract.js';
import { codeOf, only, openWorld, random, TEST_MODES, type TestWorld } from './testing.js';
import { openRecord, sealRecord, validationDataFor } from './verification-record.js';

describe.each(TEST_MODES)('PINs at a %s payShield', (mode) => {
  const formats = FORMATS_OF[mode];
  let world: TestWorld;
  let table: string;
  let keyOf: ReturnType<typeof knownPinKeys>;

  beforeAll(async () => {
    const sealed = await openWorld(mode, { without: ['authorisation-needed'] });
    table = mode === 'legacy' ? TABLE : (await sealed.pool.send(`ED${TABLE}`, SENT)).slice(4);
    await sealed.close();
    world = await openWorld(mode, { decimalisationTable: table });
    keyOf = knownPinKeys(world);
  });
  afterAll(() => world.close());

  const pvkValue = random(16);
  const record = async (o: {
    pan: string;
    pin: string;
    role: 'TPK' | 'ZPK';
    format: TestFormat;
    method?: 'visa-pvv' | 'ibm3624';
  }): Promise<string> => {
    const { key, value: clear } = keyOf(o.role, o.format);
    const { method = 'visa-pvv' } = o;
    const made: Output<'CreateVerificationRecord'> = await only(
      world.client.run('CreateVerificationRecord', [
        {
          pan: o.pan,
          method,
          pvk: world.token('PVK', pvkValue),
          pvki: method === 'visa-pvv' ? '3' : undefined,
          pinBlock: blockOf({ ...o, value: clear }),
          key,
          format: o.format,
        },
      ]),
    );
    return made.record;
  };
  const claim = (o: {
    pan: string;
    pin: string;
    role: 'TPK' | 'ZPK';
    format: TestFormat;
    record: string;
  }): Input<'VerifyPin'> => {
    const { key, value: clear } = keyOf(o.role, o.format);
    const pinBlock = blockOf({ ...o, value: clear });
    const { pan, format } = o;
    return { pinBlock, pan, key, format, pvk: world.token('PVK', pvkValue), record: o.record };
  };
  it.each(['visa-pvv', 'ibm3624'] as const)('are verified by %s', async (method) => {
    await fc.assert(
      fc.asyncProperty(
        pans,
        fc.uniqueArray(pins, { minLength: 2, maxLength: 2 }),
        fc.constantFrom(...formats),
        fc.constantFrom('TPK' as const, 'ZPK' as const),
        async (pan, [pin, other], format, role) => {
          const made = await record({ pan, pin: pin!, format, role, method });
          const opened = openRecord(world.options.records, pan, made)!;
          expect(opened.method).toBe(method);
          const right = claim({ pan, pin: pin!, format, role, record: made });
          const bad = Uint8Array.from(right.pinBlock);
          bad[7]! ^= 1;
          const verdicts = await world.client.run('VerifyPin', [
            right,
            { ...right, pinBlock: bad },
            { ...right, record: `${made.slice(0, -1)}${made.endsWith('0') ? '1' : '0'}` },
            { ...right, pan: pan.replace(/^./, (d) => String((Number(d) + 1) % 10)) },
            { ...right, format: format === 'iso4' ? 'iso0' : 'iso4' },
            { ...right, pvk: right.key },
            { ...right, key: right.pvk },
          ]);
          // Half of the blocks with a flipped bit still hold a PIN of some kind: a wrong one.
          const [first, flipped, ...rest] = verdicts.map(codeOf);
          expect(first).toBe('ok');
          expect(['PIN_BLOCK_INVALID', 'PIN_WRONG']).toContain(flipped);
          expect(rest).toEqual([
            'RECORD_INVALID',
            'RECORD_INVALID',
            'FORMAT_REFUSED',
            'TOKEN_INVALID',
            'TOKEN_INVALID',
          ]);
          // Two PINs may share a PVV: one in 10,000. An offset tells all apart.
          const wrong = claim({ pan, pin: other!, format, role, record: made });
          const [verdict] = await world.client.run('VerifyPin', [wrong]);
          expect(codeOf(verdict!)).toBe('PIN_WRONG');
        },
      ),
      { seed: SEED, numRuns: 15 },
    );
  });

  /** A key of the other device, and the same one at the payShield. */
  const carried = async (key: string, usage: 'PVK' | 'PGK' | 'ZPK') => {
    const { client, otherClient, zmk, zck } = world;
    const { keyBlock }: Output<'ExportKey'> = await only(
      otherClient.run('ExportKey', [{ key, under: zck }]),
    );
    const taken: Output<'ImportKey'> = await only(
      client.run('ImportKey', [{ keyBlock, under: zmk, usage }]),
    );
    return { there: key, here: taken.key };
  };

  it.each([
    ['visa-pvv', 'PVK'],
    ['ibm3624', 'PGK'],
  ] as const)('have the PVV or offset that the device makes: %s', async (method, usage) => {
    const { client, other, otherClient, options } = world;
    const { tableId } = valued(
      other.device.execute(other.as('keyManager'), 'RegisterDecimalisationTable', { table: TABLE }),
    );
    valued(other.device.execute(other.as('officer'), 'ActivateDecimalisationTable', { tableId }));
    const pvk = await carried(other.key('P', { usage }), usage);
    const made: Output<'GenerateWorkingKey'> = await only(
      otherClient.run('GenerateWorkingKey', [{ usage: 'ZPK', algorithm: 'T' }]),
    );
    const zpk = await carried(made.key, 'ZPK');
    const demo = { seed: 'demo', key: zpk.there, format: 'iso0' as const };
    for (const pan of ['400000000012', '4000000000100', '400000000000107', '4000000000000010']) {
      const { pinBlock }: Output<'DemoPinBlock'> = await only(
        otherClient.run('DemoPinBlock', [{ pan, ...demo }]),
      );
      const wanted = { pan, method, pinBlock, format: 'iso0' as const, pvki: '1', tableId };
      const there = valued(
        other.device.execute(other.as('pinIssuance'), 'CreateVerificationRecord', {
          ...wanted,
          pvk: pvk.there,
          key: zpk.there,
        }),
      );
      const [answer] = await client.run('CreateVerificationRecord', [
        { ...wanted, pvk: pvk.here, key: zpk.here },
      ]);
      const { record } = valued(answer!);
      const opened = openRecord(options.records, pan, record)!;
      const value = opened.method === 'visa-pvv' ? opened.pvv : opened.offset.slice(0, 4);
      // A hardened device shows nobody the value of its record.
      if (mode === 'legacy') expect(value).toBe(there.record.split('.')[4]);
      const claims = { pan, pinBlock, format: 'iso0' as const };
      const [verdict] = await client.run('VerifyPin', [
        { ...claims, record, key: zpk.here, pvk: pvk.here },
      ]);
      expect(verdict).toEqual({ ok: true, value: {} });
    }
  });

  it('are asked about with what the method needs', async () => {
    const { client, options } = world;
    const pan = '4000000000000010';
    const right = claim({ pan, pin: '2750', format: 'iso0', role: 'ZPK', record: 'x' });
    const { record: _, ...made } = { ...right, method: 'visa-pvv' as const };
    const [noPvki] = await client.run('CreateVerificationRecord', [made]);
    expect(codeOf(noPvki!)).toBe('INPUT_INVALID');
    const sealed = sealRecord(options.records, pan, {
      method: 'ibm3624',
      checkLength: '04',
      offset: '1234FFFFFFFF',
      validationData: validationDataFor(pan),
    });
    const untabled = await openWorld(mode);
    const verdicts = [
      ...(await untabled.client.run('VerifyPin', [{ ...right, record: 'x' }])),
      ...(await untabled.client.run('CreateVerificationRecord', [{ ...made, method: 'ibm3624' }])),
    ];
    expect(verdicts.map(codeOf)).toEqual(['RECORD_INVALID', 'TABLE_INACTIVE']);
    // A table that is none: not one command goes out.
    const bad = payshieldClient({ ...options, decimalisationTable: 'not a table' });
    const refused = await bad.run('VerifyPin', [{ ...right, record: sealed }]);
    expect(refused.map(codeOf)).toEqual(['INPUT_INVALID']);
    expect(sealed).not.toContain(pan.slice(0, 10));
    await untabled.close();
  });
});

const SENT = { repeatable: true, elsewhere: {} } as const;
