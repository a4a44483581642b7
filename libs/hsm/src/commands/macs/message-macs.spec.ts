/** MAC variants through the device: published values, parts, and what is refused. */
import { concatBytes, fromHex, HMAC_HASHES, hmacBlockBytes, toHex } from '@pinfold/crypto';
import { wrapKeyBlock } from '@pinfold/keyblock';
import fc from 'fast-check';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';
import { casesOf, rowsOf } from '../../vector-rows.js';
import type { MacAlgorithm } from './mac-variants.js';

const ZCK = '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F';
const dataOf = (row: Readonly<Record<string, unknown>>) =>
  row.messageText === undefined
    ? fromHex(row.message as string)
    : Uint8Array.from(Buffer.from(row.messageText as string));

describe.each(MODES)('MACs of a %s device', (mode) => {
  const { ask, load } = keyBench(mode);
  const loaded = (algorithm: MacAlgorithm, hex: string) => {
    if (algorithm === 'cmac') return load('TAK', hex, 'A');
    if (algorithm.startsWith('hmac')) return load('HMK', hex, 'H');
    return load(algorithm === 'iso9797-1' ? 'CBCMAK' : 'ZAK', hex);
  };
  const held = (algorithm: MacAlgorithm, row: Record<string, unknown>, mac: string) => {
    const asked = {
      key: loaded(algorithm, row.key as string),
      algorithm,
      padding: row.padding === undefined ? undefined : Number(row.padding),
      data: dataOf(row),
    };
    const macBytes = mac.length / 2;
    const made = valued(ask('production', 'GenerateMessageMac', { ...asked, macBytes }));
    expect(toHex(made.mac)).toBe(mac);
    const verify = (given: Uint8Array) =>
      ask('production', 'VerifyMessageMac', { ...asked, mac: given });
    expect(verify(made.mac).ok).toBe(true);
    for (const bit of [0, 8 * macBytes - 1]) {
      const flipped = made.mac.slice();
      flipped[bit >> 3]! ^= 0x80 >> (bit % 8);
      expect(verify(flipped)).toEqual({ ok: false, code: 'MAC_INVALID' });
    }
  };

  it.each(casesOf('mac.json', 'iso9797-alg1').filter(({ key }) => key!.length > 16))('$id', (row) =>
    held('iso9797-1', row, row.expect.mac!),
  );
  it.each(casesOf('mac.json', 'iso9797-alg3'))('$id', (row) =>
    held('iso9797-3', row, row.expect.mac!),
  );
  it.each(rowsOf('macs.json', 'alg3', 30))('algorithm 3, $mac', (row) =>
    held('iso9797-3', row, row.mac!),
  );
  const hmacs = rowsOf('macs.json', 'hmac', 60).filter(({ key }) =>
    mode === 'legacy' ? [32, 48, 64].includes(key!.length) : key!.length <= 128,
  );
  it.each(hmacs)('HMAC $hash $mac', (row) => held(`hmac-${row.hash as 'sha1'}`, row, row.mac!));

  it('HMAC in parts: not in untyped tokens, which cannot hold the state', () => {
    const key = loaded('hmac-sha256', '0C'.repeat(16));
    const asked = { key, algorithm: 'hmac-sha256', data: new Uint8Array(64) } as const;
    expect(ask('production', 'ChainMac', asked).ok).toBe(mode === 'hardened');
  });

  it('takes a message in parts, whatever the parts', () => {
    const key = {
      'iso9797-1': loaded('iso9797-1', '0123456789ABCDEFFEDCBA9876543210'),
      'iso9797-3': loaded('iso9797-3', '0123456789ABCDEFFEDCBA9876543210'),
    };
    fc.assert(
      fc.property(
        fc.constantFrom('iso9797-1' as const, 'iso9797-3' as const),
        fc.constantFrom(1, 2, 3),
        fc.array(fc.uint8Array({ minLength: 8, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.uint8Array({ maxLength: 20 }),
        (algorithm, padding, parts, last) => {
          const blocks = parts.map((part) => part.subarray(0, part.length - (part.length % 8)));
          const data = Uint8Array.from([...blocks.flatMap((part) => [...part]), ...last]);
          const asked = { key: key[algorithm], algorithm, padding };
          let state: string | undefined;
          for (const part of blocks) {
            const totalBytes = state === undefined ? data.length : undefined;
            const chained = { ...asked, data: part, state, totalBytes };
            state = valued(ask('production', 'ChainMac', chained)).state;
          }
          const whole = ask('production', 'GenerateMessageMac', { ...asked, data });
          const ended = ask('production', 'GenerateMessageMac', { ...asked, data: last, state });
          expect(ended).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a hardened device', () => {
  const { ask, load } = keyBench('hardened');
  const aes = load('TAK', '2B7E151628AED2A6ABF7158809CF4F3C', 'A');
  const tdes = load('ZAK', '0123456789ABCDEFFEDCBA9876543210');
  const cbc = load('CBCMAK', '0123456789ABCDEFFEDCBA9876543210');
  const hmk = load('HMK', '0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B', 'H');
  const data = Uint8Array.from({ length: 16 }, (_, i) => i);
  const chain = (change: object) =>
    ask('production', 'ChainMac', { key: tdes, algorithm: 'iso9797-3', data, ...change });
  const mac = (change: object) =>
    ask('production', 'GenerateMessageMac', { key: tdes, algorithm: 'iso9797-3', data, ...change });

  it.each(casesOf('cmac.json', 'cmac').filter(({ cipher }) => cipher === 'aes'))(
    'CMAC $id',
    (row) => {
      const whole = { key: aes, algorithm: 'cmac', data: dataOf(row) } as const;
      expect(toHex(valued(mac(whole)).mac)).toBe(row.expect.mac);
      if (whole.data.length <= 16) return;
      const { state } = valued(chain({ ...whole, data: whole.data.slice(0, 16) }));
      const last = valued(mac({ ...whole, data: whole.data.slice(16), state }));
      expect(toHex(last.mac)).toBe(row.expect.mac);
    },
  );

  it('the HMAC of RFC 4231', () => {
    const asked = {
      key: hmk,
      algorithm: 'hmac-sha256',
      data: Uint8Array.from(Buffer.from('Hi There')),
    };
    expect(toHex(valued(mac(asked)).mac)).toMatch(/^B0344C61D8DB38535CA8AFCEAF0BF12B/);
    expect(chain({ key: hmk, algorithm: 'hmac-sha256' })).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it.each(HMAC_HASHES)('HMAC with %s of a message in parts', (hash) => {
    const asked = { key: hmk, algorithm: `hmac-${hash}` } as const;
    const block = hmacBlockBytes(hash);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        fc.uint8Array({ maxLength: 300 }),
        (sizes, last) => {
          const parts = sizes.map((size, i) => new Uint8Array(size * block).fill(i + last.length));
          let state: string | undefined;
          for (const part of parts) ({ state } = valued(chain({ ...asked, data: part, state })));
          const whole = concatBytes(...parts, last);
          expect(mac({ ...asked, data: last, state })).toEqual(mac({ ...asked, data: whole }));
        },
      ),
      { numRuns: 15 },
    );
    const { state } = valued(chain({ ...asked, data: new Uint8Array(block) }));
    expect(mac({ ...asked, state, data: new Uint8Array(0) }).ok).toBe(true);
    for (let i = 0; i < state.length; i += 5) {
      const flipped = state.slice(0, i) + (state[i] === '7' ? '6' : '7') + state.slice(i + 1);
      expect(mac({ ...asked, state: flipped })).toMatchObject({ code: 'TOKEN_INVALID' });
    }
    expect(chain({ ...asked, data: new Uint8Array(block - 8) })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    const other = hash === 'sha1' ? 'hmac-sha256' : 'hmac-sha1';
    expect(mac({ key: hmk, algorithm: other, state })).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('a MAC is no shorter than its algorithm allows', () => {
    for (const [algorithm, key, least] of [
      ['iso9797-3', tdes, 4],
      ['cmac', aes, 4],
      ['hmac-sha1', hmk, 10],
      ['hmac-sha512', hmk, 10],
    ] as const) {
      const made = mac({ key, algorithm, macBytes: least });
      expect(valued(made).mac).toHaveLength(least);
      if (least > 4) {
        expect(mac({ key, algorithm, macBytes: least - 1 })).toMatchObject({
          code: 'INPUT_INVALID',
        });
      }
      const shorter = { key, algorithm, data, mac: valued(made).mac.slice(0, least - 1) } as const;
      expect(ask('production', 'VerifyMessageMac', shorter)).toMatchObject({
        code: 'INPUT_INVALID',
      });
    }
  });

  it('a key block says which hash an HMAC key is for', () => {
    const under = load('ZCK', ZCK, 'A');
    const blocks = [{ id: 'HM', data: '21' }];
    const key = load('HMK', '0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B', 'H');
    expect(ask('keyManager', 'ExportKeyBlock', { key, under, blocks })).toMatchObject({
      rule: 'M13.exportable',
    });
    const keyBlock = wrapKeyBlock({
      kbpk: fromHex(ZCK),
      header: {
        version: 'D',
        usage: 'M7',
        algorithm: 'H',
        modeOfUse: 'C',
        exportability: 'E',
        blocks: [['HM', '21']],
      },
      key: fromHex('0C'.repeat(32)),
      random: (length) => new Uint8Array(length),
    });
    const taken = valued(ask('keyManager', 'ImportKeyBlock', { keyBlock, under, usage: 'HMK' }));
    expect(taken.blocks).toEqual(expect.arrayContaining(blocks));
    expect(mac({ key: taken.key, algorithm: 'hmac-sha256' }).ok).toBe(true);
  });

  it('gives each algorithm only to its own keys', () => {
    const own = { 'iso9797-1': cbc, 'iso9797-3': tdes, cmac: aes, 'hmac-sha256': hmk } as const;
    for (const algorithm of Object.keys(own) as (keyof typeof own)[]) {
      for (const [name, key] of Object.entries(own)) {
        expect(mac({ algorithm, key }).ok).toBe(name === algorithm);
      }
      const zpk = load('ZPK', '0123456789ABCDEFFEDCBA9876543210');
      expect(mac({ algorithm, key: zpk })).toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('binds a state to key, algorithm and padding, and refuses an altered one', () => {
    const { state } = valued(chain({}));
    expect(mac({ state }).ok).toBe(true);
    const refused = { ok: false, code: 'TOKEN_INVALID' };
    expect(mac({ state, padding: 2 })).toEqual(refused);
    expect(mac({ state, key: load('ZAK', '89ABCDEF0123456776543210FEDCBA98') })).toEqual(refused);
    expect(mac({ state, key: cbc, algorithm: 'iso9797-1' })).toEqual(refused);
    expect(mac({ key: state })).toEqual(refused);
    expect(mac({ state: tdes })).toEqual(refused);
    for (let i = 0; i < state.length; i++) {
      const flipped = state.slice(0, i) + (state[i] === '7' ? '6' : '7') + state.slice(i + 1);
      expect(mac({ state: flipped })).toEqual(refused);
    }
  });

  it('does not show the chaining value, which is a MAC under algorithm 1', () => {
    const asked = { key: cbc, algorithm: 'iso9797-1' } as const;
    const { state } = valued(chain(asked));
    expect(state).not.toContain(toHex(valued(mac(asked)).mac));
  });

  it('refuses parts that are not whole blocks, empty, or beyond the stated length', () => {
    const invalid = { ok: false, code: 'INPUT_INVALID' };
    expect(chain({ data: data.slice(1) })).toEqual(invalid);
    expect(chain({ data: new Uint8Array(0) })).toEqual(invalid);
    expect(chain({ padding: 3 })).toEqual(invalid);
    expect(chain({ padding: 3, totalBytes: 8 })).toEqual(invalid);
    const { state } = valued(chain({ padding: 3, totalBytes: 24 }));
    expect(mac({ padding: 3, state })).toEqual(invalid);
    expect(mac({ padding: 3, state, data: data.slice(8) }).ok).toBe(true);
    expect(mac({ macBytes: 9 })).toEqual(invalid);
    expect(
      mac({ key: hmk, algorithm: 'hmac-sha256', state: valued(chain({})).state }),
    ).toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });
});
