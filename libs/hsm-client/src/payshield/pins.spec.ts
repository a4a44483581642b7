/** PINs between a terminal's PIN pad, a payShield and the other institution's device. */
import { randomBytes } from 'node:crypto';
import { AesKey, DesKey } from '@pinfold/crypto';
import type { Input, Output } from '@pinfold/hsm';
import { decryptPinBlock, encryptPinBlock } from '@pinfold/pin';
import fc from 'fast-check';
import { valued } from '../../../hsm/src/testing.js';
import { payshieldClient } from './client.js';
import { only, openWorld, TEST_MODES, type TestWorld } from './testing.js';
import { openRecord, sealRecord, validationDataFor } from './verification-record.js';

const SEED = 20261122;
const TABLE = '0123456789012345';
const random = (length: number) => Uint8Array.from(randomBytes(length));
const codeOf = (answer: { ok: true } | { ok: false; code: string }): string =>
  answer.ok ? 'ok' : answer.code;

type Format = 'iso0' | 'iso3' | 'iso4';

/** A block of a PIN under a key of known value. */
function blockOf(o: { format: Format; value: Uint8Array; pin: string; pan: string }): Uint8Array {
  const key = o.format === 'iso4' ? AesKey.of(o.value) : DesKey.of(o.value);
  return encryptPinBlock({ ...o, key, random });
}

function pinOf(o: { format: Format; value: Uint8Array; block: Uint8Array; pan: string }): string {
  const key = o.format === 'iso4' ? AesKey.of(o.value) : DesKey.of(o.value);
  const pin = decryptPinBlock({ ...o, key });
  return pin.ok ? pin.value : pin.code;
}

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const pans = fc.constantFrom(12, 13, 15, 16, 19).chain(digits);
/** Not in the list of PINs that a hardened payShield excludes. */
const pins = fc.constantFrom('2750', '9031', '6184', '4806', '0397');

describe.each(TEST_MODES)('PINs at a %s payShield', (mode) => {
  const formats: Format[] = mode === 'hardened' ? ['iso0', 'iso3', 'iso4'] : ['iso0', 'iso3'];
  const value = { T: random(16), A: random(16) };
  let world: TestWorld;
  let table: string;
  const keyOf = (role: 'TPK' | 'ZPK', format: Format) => {
    const algorithm = format === 'iso4' ? 'A' : 'T';
    return { key: world.token(role, value[algorithm], algorithm), value: value[algorithm] };
  };

  beforeAll(async () => {
    const sealed = await openWorld(mode, { without: ['authorisation-needed'] });
    table = mode === 'legacy' ? TABLE : (await sealed.pool.send(`ED${TABLE}`, SENT)).slice(4);
    await sealed.close();
    world = await openWorld(mode, { decimalisationTable: table });
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

  const pvkValue = random(16);
  const record = async (o: {
    pan: string;
    pin: string;
    role: 'TPK' | 'ZPK';
    format: Format;
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
    format: Format;
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

const SENT = { repeatable: true, elsewhere: {} } as const;
