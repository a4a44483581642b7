/** Working keys between a payShield, the device at the other end of a zone, and a terminal's PIN pad. */
import { randomBytes } from 'node:crypto';
import { PinPad } from '@pinfold/flows';
import type { Output } from '@pinfold/hsm';
import { algorithmOf } from './roles.js';
import { codeOf, only, openWorld, TEST_MODES, type TestWorld } from './testing.js';
import { readPayshieldToken } from './tokens.js';

type Made = Output<'GenerateWorkingKey'>;
type Sent = Output<'ExportKey'>;
type Taken = Output<'ImportKey'>;

const data = Uint8Array.from(randomBytes(61));

describe.each(TEST_MODES)('keys of a %s payShield', (mode) => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await openWorld(mode);
  });
  afterAll(() => world.close());
  const algorithms = mode === 'hardened' ? (['T', 'A'] as const) : (['T'] as const);

  it.each(algorithms)('reach the other device, algorithm %s', async (algorithm) => {
    const { client, otherClient, zmk, zck } = world;
    const made: Made = await only(client.run('GenerateWorkingKey', [{ usage: 'ZAK', algorithm }]));
    const key = readPayshieldToken(made.key)!;
    expect(key.role).toBe('ZAK');
    expect(algorithmOf(key.key)).toBe(algorithm);
    const sent: Sent = await only(client.run('ExportKey', [{ key: made.key, under: zmk }]));
    expect(sent.checkValue).toBe(made.checkValue);
    expect(sent.keyBlock).toMatch(mode === 'legacy' ? /^[0-9A-F]{32}$/ : /^D\d{4}M[36][TA]C/);
    const taken: Taken = await only(
      otherClient.run('ImportKey', [
        { keyBlock: sent.keyBlock, under: zck, usage: 'ZAK', checkValue: sent.checkValue },
      ]),
    );
    const here = await client.run('GenerateMac', [{ key: made.key, data }]);
    expect(here).toEqual(await otherClient.run('GenerateMac', [{ key: taken.key, data }]));
  });

  it.each(algorithms)('come from the other device, algorithm %s', async (algorithm) => {
    const { client, otherClient, zmk, zck } = world;
    const made: Made = await only(
      otherClient.run('GenerateWorkingKey', [{ usage: 'ZAK', algorithm }]),
    );
    const sent: Sent = await only(otherClient.run('ExportKey', [{ key: made.key, under: zck }]));
    const offer = { keyBlock: sent.keyBlock, under: zmk, usage: 'ZAK' as const };
    const taken: Taken = await only(
      client.run('ImportKey', [{ ...offer, checkValue: made.checkValue }]),
    );
    expect(taken.checkValue).toBe(made.checkValue);
    expect(readPayshieldToken(taken.key)!.role).toBe('ZAK');
    const here = await client.run('GenerateMac', [{ key: taken.key, data }]);
    expect(here).toEqual(await otherClient.run('GenerateMac', [{ key: made.key, data }]));
    const value: { checkValue: string } = await only(
      client.run('KeyCheckValue', [{ key: taken.key }]),
    );
    expect(value.checkValue).toBe(made.checkValue);
    const other = made.checkValue === '000000' ? '000001' : '000000';
    expect(await client.run('ImportKey', [{ ...offer, checkValue: other }])).toEqual([
      { ok: false, code: 'CHECK_VALUE_WRONG' },
    ]);
    if (mode === 'hardened') {
      const onward = await client.run('ExportKey', [{ key: taken.key, under: zmk }]);
      expect(onward).toMatchObject([{ ok: false, code: 'EXPORT_REFUSED' }]);
    }
  });

  it.each(algorithms)('reach a PIN pad under its master key, algorithm %s', async (algorithm) => {
    const { client, token } = world;
    const parts = [0, 1].map(() => Uint8Array.from(randomBytes(algorithm === 'A' ? 32 : 16)));
    const pad = new PinPad({
      terminal: 'ATM00001',
      algorithm,
      storageKey: Uint8Array.from(randomBytes(32)),
      random: (length) => Uint8Array.from(randomBytes(length)),
      legacyKeys: mode === 'legacy',
    });
    for (const [i, component] of parts.entries()) {
      if (algorithm === 'T') oddParity(component);
      expect(pad.enterComponent({ courier: `c${i}`, component }).ok).toBe(true);
    }
    const value = parts[0]!.map((byte, i) => byte ^ parts[1]![i]!);
    if (algorithm === 'T') oddParity(value);
    // Components of odd parity make a sum of even parity: as many pads do, this one keeps the sum.
    const tmk = token('TMK', value, algorithm);
    const check: { checkValue: string } = await only(client.run('KeyCheckValue', [{ key: tmk }]));
    expect(pad.activateTmk(check.checkValue).ok).toBe(true);
    const offered = [];
    const tokens: string[] = [];
    for (const usage of ['TPK', 'TAK'] as const) {
      const made: Made = await only(client.run('GenerateWorkingKey', [{ usage, algorithm }]));
      const sent: Sent = await only(client.run('ExportKey', [{ key: made.key, under: tmk }]));
      offered.push({ usage, version: 1, keyBlock: sent.keyBlock, checkValue: made.checkValue });
      tokens.push(made.key);
    }
    expect(pad.takeKeys(offered)).toMatchObject({ ok: true });
    const mac = pad.mac(data);
    expect(await client.run('VerifyMac', [{ key: tokens[1]!, data, mac }])).toEqual([
      { ok: true, value: {} },
    ]);
  });

  it('go only where keys of their role go', async () => {
    const { client, zmk, token } = world;
    const tmk = token('TMK', Uint8Array.from(randomBytes(16)));
    const [tpk, zpk] = await client.run('GenerateWorkingKey', [{ usage: 'TPK' }, { usage: 'ZPK' }]);
    const key = (answer: typeof tpk) => (answer?.ok ? answer.value.key : '');
    const refused = await client.run('ExportKey', [
      { key: key(tpk), under: zmk },
      { key: key(zpk), under: tmk },
      { key: zmk, under: zmk },
      { key: key(zpk), under: key(tpk) },
      { key: 'A'.repeat(64), under: zmk },
    ]);
    expect(refused.map((each) => (each.ok ? 'ok' : each.code))).toEqual([
      'EXPORT_REFUSED',
      'EXPORT_REFUSED',
      'EXPORT_REFUSED',
      'TOKEN_INVALID',
      'TOKEN_INVALID',
    ]);
  });

  it('are made and asked about as the device does it', async () => {
    const { client, zmk } = world;
    const wanted = [
      { usage: 'ZAK', algorithm: 'D' },
      { usage: 'ZAK', algorithm: 'H' },
      { usage: 'XXX', algorithm: 'T' },
    ] as never[];
    expect((await client.run('GenerateWorkingKey', wanted)).map(codeOf)).toEqual([
      'ALGORITHM_REFUSED',
      'ALGORITHM_REFUSED',
      'INPUT_INVALID',
    ]);
    if (mode === 'legacy') {
      const aes = await client.run('GenerateWorkingKey', [{ usage: 'ZAK', algorithm: 'A' }]);
      expect(aes.map(codeOf)).toEqual(['ALGORITHM_REFUSED']);
    }
    const asked = await client.run('KeyCheckValue', [{ key: zmk, data: new Uint8Array(8) }]);
    expect(asked.map(codeOf)).toEqual(['CHECK_VALUE_REFUSED']);
  });

  it('are refused where the block is not what it should be', async () => {
    const { client, otherClient, zmk, zck } = world;
    const made: Made = await only(otherClient.run('GenerateWorkingKey', [{ usage: 'ZAK' }]));
    const { keyBlock }: Sent = await only(
      otherClient.run('ExportKey', [{ key: made.key, under: zck }]),
    );
    const flipped = keyBlock.slice(0, -1) + (keyBlock.endsWith('0') ? '1' : '0');
    const checkValue = made.checkValue;
    const refused = await client.run('ImportKey', [
      { keyBlock: flipped, under: zmk, usage: 'ZAK', checkValue },
      { keyBlock, under: zmk, usage: 'DEK' },
      { keyBlock, under: made.key, usage: 'ZAK' },
      // More than a block: the fields after it.
      { keyBlock: `${keyBlock}S%02`, under: zmk, usage: 'ZAK' },
      { keyBlock: mode === 'legacy' ? '0123456789ABCDEF' : keyBlock, under: zmk, usage: 'ZPK' },
      { keyBlock: 'not a key at all', under: zmk, usage: 'ZPK' },
    ]);
    expect(refused.map(codeOf)).toEqual([
      mode === 'legacy' ? 'CHECK_VALUE_WRONG' : 'KEY_BLOCK_INVALID',
      'IMPORT_REFUSED',
      'TOKEN_INVALID',
      'KEY_BLOCK_INVALID',
      mode === 'legacy' ? 'KEY_TOO_SHORT' : 'KEY_BLOCK_INVALID',
      'KEY_BLOCK_INVALID',
    ]);
  });
});

/** In place: each byte with an odd number of ones. */
function oddParity(bytes: Uint8Array): void {
  for (const [i, byte] of bytes.entries()) {
    let ones = 0;
    for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1;
    bytes[i] = (byte & 0xfe) | (1 - (ones & 1));
  }
}
