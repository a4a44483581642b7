/** Key blocks with headers of choice: kept on round trip, and refused where they say too much. */
import { unwrapKeyBlock, wrapKeyBlock } from '@pinfold/keyblock';
import { MODES } from '../../policy/policy.js';
import { seededRandom, valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

const BLOCKS = [
  { id: 'KS', data: 'FFFF9876543210E00000' },
  { id: 'LB', data: 'a label' },
  { id: 'TS', data: '20261121203015Z' },
  { id: '42', data: 'proprietary' },
];

describe.each(MODES)('key blocks of a %s device', (mode) => {
  const { ask, load, key, zck, zckClear } = keyBench(mode, {
    policy: { without: ['M13.exportable'] },
  });
  const bdk = load('BDK', '0123456789ABCDEFFEDCBA9876543210');
  const versions = mode === 'hardened' ? (['D', 'E'] as const) : (['A', 'B', 'C'] as const);
  const send = (change: object) =>
    ask('keyManager', 'ExportKeyBlock', { key: bdk, under: zck, ...change });
  const take = (keyBlock: string, change: object = {}) =>
    ask('keyManager', 'ImportKeyBlock', { keyBlock, under: zck, usage: 'BDK', ...change });

  it.each(versions)('version %s keeps header and optional blocks', (version) => {
    const header = { version, keyVersion: '07', exportability: 'E', blocks: BLOCKS } as const;
    const { keyBlock, checkValue } = valued(send(header));
    const opened = valued(unwrapKeyBlock({ kbpk: zckClear, block: keyBlock }));
    expect(opened.header).toMatchObject({ usage: 'B0', algorithm: 'T', modeOfUse: 'X' });
    const taken = valued(take(keyBlock));
    expect(taken).toMatchObject({
      ...header,
      checkValue,
      blockUsage: 'B0',
      blocks: expect.anything(),
    });
    expect(taken.blocks!.slice(0, 4)).toEqual(BLOCKS);
    const { keyBlock: again } = valued(
      send({ key: taken.key, version, keyVersion: taken.keyVersion, blocks: taken.blocks }),
    );
    expect(valued(take(again)).blocks).toEqual(taken.blocks);
  });

  it.each(['ImportKey', 'ImportKeyBlock'] as const)(
    '%s takes a single-length key in legacy alone',
    (command) => {
      const header = { version: mode === 'hardened' ? 'D' : 'B', usage: 'P0' } as const;
      const keyBlock = wrapKeyBlock({
        kbpk: zckClear,
        header: { ...header, algorithm: 'D', modeOfUse: 'B', exportability: 'E' },
        key: Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef),
        random: seededRandom('single length'),
      });
      const answer = ask('keyManager', command, { keyBlock, under: zck, usage: 'ZPK' });
      if (mode === 'legacy') expect(answer.ok).toBe(true);
      else expect(answer).toMatchObject({ code: 'KEY_TOO_SHORT', rule: 'M13.no-single-length' });
    },
  );

  it('hides the length of the key', () => {
    const [short, long] = [
      '0123456789ABCDEFFEDCBA9876543210',
      '0123456789ABCDEFFEDCBA987654321089ABCDEF01234567',
    ].map((hex) => valued(send({ key: load('ZPK', hex) })).keyBlock.length);
    expect(short).toBe(long);
  });

  it('has one answer for every reason, each bit and each truncation', () => {
    const { keyBlock } = valued(send({ blocks: BLOCKS.slice(0, 1) }));
    const refused = { ok: false, code: 'KEY_BLOCK_INVALID' };
    for (let i = 0; i < keyBlock.length; i++) {
      const other = String.fromCharCode(keyBlock.charCodeAt(i) ^ 1);
      expect(take(keyBlock.slice(0, i) + other + keyBlock.slice(i + 1)).ok).toBe(false);
      if (i >= 16) expect(take(keyBlock.slice(0, i))).toEqual(refused);
    }
    if (mode === 'hardened') expect(take(keyBlock, { usage: 'ZPK' })).toEqual(refused);
    expect(take(keyBlock, { under: key('ZCK') })).toEqual(refused);
    expect(take(keyBlock, { under: 'nonsense' })).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('refuses headers that no table has', () => {
    const invalid = { ok: false, code: 'INPUT_INVALID' };
    expect(send({ version: '0' })).toEqual(invalid);
    expect(send({ usage: 'ZZ' })).toEqual(invalid);
    expect(send({ blocks: [{ id: 'KS', data: 'no hex' }] })).toEqual(invalid);
    expect(send({ blocks: [BLOCKS[0], BLOCKS[0]] })).toEqual(invalid);
    expect(send({ keyVersion: '!!' })).toEqual(invalid);
    const other = mode === 'hardened' ? 'B' : 'D';
    expect(send({ version: other })).toEqual({ ok: false, code: 'VERSION_REFUSED' });
  });
});

describe('rules of a hardened device', () => {
  const { ask, key, zck, zckClear } = keyBench('hardened');
  const zpk = key('WK', { usage: 'ZPK' });
  const send = (change: object) =>
    ask('keyManager', 'ExportKeyBlock', { key: zpk, under: zck, ...change });

  it('let a header narrow the use of a key, and never widen it', () => {
    for (const modeOfUse of ['B', 'D', 'E'] as const) expect(send({ modeOfUse }).ok).toBe(true);
    expect(send({ modeOfUse: 'N' })).toMatchObject({ rule: 'M9.block-of-usage' });
    expect(send({ usage: 'K0' })).toMatchObject({ rule: 'M9.block-of-usage' });
    const cvk = key('P', { usage: 'CVK' });
    expect(send({ key: cvk, modeOfUse: 'V' }).ok).toBe(true);
    expect(send({ key: cvk, usage: 'V2' })).toMatchObject({ code: 'HEADER_REFUSED' });
  });

  it('keep keys in key blocks of today, under keys as strong, and exportable', () => {
    expect(send({ exportability: 'S' })).toMatchObject({ rule: 'M8.block-of-today' });
    const old = key('ZCK', { algorithm: 'T' });
    expect(send({ under: old }).ok).toBe(true);
    expect(send({ under: old, version: 'A' })).toMatchObject({ rule: 'M8.block-of-today' });
    const aes = key('WK', { usage: 'ZPK', algorithm: 'A' });
    expect(send({ key: aes, under: old })).toMatchObject({ rule: 'M13.strong-wrap' });
    expect(send({ under: key('TMK') })).toMatchObject({ rule: 'M13.exportable' });
  });

  it('let no key that came in go on, or gain a use', () => {
    const block = (facts: object) =>
      wrapKeyBlock({
        kbpk: zckClear,
        header: { version: 'D', usage: 'P0', algorithm: 'T', modeOfUse: 'B', ...facts },
        key: Uint8Array.from({ length: 16 }, (_, i) => 7 * i + 1),
        random: seededRandom('blocks'),
      });
    const take = (facts: object) =>
      ask('keyManager', 'ImportKeyBlock', { keyBlock: block(facts), under: zck, usage: 'ZPK' });
    for (const exportability of ['E', 'N'] as const) {
      const { key: kept } = valued(take({ exportability }));
      expect(send({ key: kept })).toMatchObject({ rule: 'M13.exportable' });
    }
    expect(take({ modeOfUse: 'D' })).toMatchObject({ rule: 'M9.block-of-usage' });
  });
});
