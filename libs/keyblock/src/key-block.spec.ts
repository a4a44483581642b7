import { cmac, concatBytes as concat, DesKey, encryptCbc, fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  deriveKeyBlockKeys,
  deriveKeyBytes,
  KEY_BLOCK_REASONS,
  KEY_BLOCK_VERSIONS,
  KEY_USAGES,
  type KeyBlockReason,
  type KeyBlockVersion,
  type KeyUsage,
  keyUsageRow,
  parseHeader,
  unwrapKeyBlock,
  wipeKeyBlockKeys,
  wrapKeyBlock,
} from './index.js';
import { counted, kbpkLengths, kbpkOf, key16, pinHeader } from './testing.js';

const versions = Object.keys(KEY_BLOCK_VERSIONS) as KeyBlockVersion[];
const refused = (detail: KeyBlockReason) => ({ ok: false, code: 'KEY_BLOCK_INVALID', detail });
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Uint8Array.from(b));

const block = (version: KeyBlockVersion) =>
  wrapKeyBlock({ kbpk: kbpkOf(version), header: pinHeader(version), key: key16, random: counted });

/** Any usage with a mode and an algorithm that go with it. */
const usages = fc.constantFrom(...(Object.keys(KEY_USAGES) as KeyUsage[])).chain((usage) =>
  fc.record({
    usage: fc.constant(usage),
    modeOfUse: fc.constantFrom(...KEY_USAGES[usage].modes),
    algorithm: fc.constantFrom(...KEY_USAGES[usage].algorithms),
  }),
);
const keyBytes: Record<string, number[]> = { A: [16, 24, 32], D: [8], T: [8, 16, 24] };
const label = fc.string({ unit: fc.constantFrom(...'ABC xyz019~!'), maxLength: 300 });
const blocks = fc.subarray<readonly [string, fc.Arbitrary<string>]>([
  ['KS', fc.constant('00604B120F9292800000')],
  ['LB', label],
  ['TS', fc.constant('20261121203015Z')],
  ['99', label],
]);

describe('every version', () => {
  it('gives back key and header, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...versions),
        usages,
        fc.nat(2),
        fc.constantFrom('00', '12', 'c1'),
        fc.constantFrom('E', 'N', 'S'),
        blocks.chain((list) =>
          fc.tuple(...list.map(([id, data]) => fc.tuple(fc.constant(id), data))),
        ),
        bytes(32),
        bytes(40),
        fc.option(fc.nat(48), { nil: undefined }),
        (version, fields, pick, keyVersion, exportability, own, secret, long, paddedKeyBytes) => {
          const lengths = keyBytes[fields.algorithm] ?? [1, 20, 40];
          const key = long.slice(0, lengths[pick % lengths.length]);
          const size = kbpkLengths(version)[pick % kbpkLengths(version).length];
          const kbpk = secret.slice(0, size);
          const header = { version, ...fields, keyVersion, exportability, blocks: own };
          const text = wrapKeyBlock({ kbpk, header, key, random: counted, paddedKeyBytes });
          expect(Number(text.slice(1, 5))).toBe(text.length);
          const opened = unwrapKeyBlock({ kbpk, block: text });
          if (!opened.ok) throw new Error(opened.detail);
          expect(opened.value.key).toEqual(key);
          const seen = opened.value.header;
          expect({ ...seen, blocks: seen.blocks.filter(([id]) => id !== 'PB') }).toEqual({
            ...header,
            reserved: '00',
          });
          // What came out goes in again, padding block and all, and gives the same header.
          const again = wrapKeyBlock({ kbpk, header: seen, key, random: counted, paddedKeyBytes });
          expect(again).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(versions)('%s refuses every truncation and every flipped bit', (version) => {
    const kbpk = deriveKeyBlockKeys(version, kbpkOf(version));
    const good = block(version);
    expect(unwrapKeyBlock({ kbpk, block: good }).ok).toBe(true);
    for (let length = 0; length < good.length; length++) {
      const answer = unwrapKeyBlock({ kbpk, block: good.slice(0, length) });
      expect(answer).toMatchObject({ ok: false, code: 'KEY_BLOCK_INVALID' });
    }
    for (let at = 0; at < good.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = String.fromCharCode(good.charCodeAt(at) ^ (1 << bit));
        const answer = unwrapKeyBlock({
          kbpk,
          block: good.slice(0, at) + flipped + good.slice(at + 1),
        });
        expect(answer).toMatchObject({ ok: false, code: 'KEY_BLOCK_INVALID' });
      }
    }
    expect(unwrapKeyBlock({ kbpk, block: `${good}00` })).toEqual(refused('LENGTH_WRONG'));
  });

  it.each(versions)('%s refuses another protection key', (version) => {
    const other = kbpkOf(version).map((b, i) => (i === 0 ? b ^ 0x10 : b));
    expect(unwrapKeyBlock({ kbpk: other, block: block(version) })).toEqual(refused('MAC_WRONG'));
  });

  it.each(versions)('%s has two different keys, and derived keys serve like bytes', (version) => {
    const kbpk = kbpkOf(version);
    const { kbek, kbak } = deriveKeyBytes(version, kbpk);
    expect(toHex(kbek)).not.toBe(toHex(kbak));
    const keys = deriveKeyBlockKeys(version, kbpk);
    const header = pinHeader(version);
    const text = wrapKeyBlock({ kbpk: keys, header, key: key16, random: counted });
    expect(text).toBe(block(version));
    wipeKeyBlockKeys(keys);
    expect(() => unwrapKeyBlock({ kbpk: keys, block: text })).toThrow(
      inputError('KEY_WIPED: the key was wiped'),
    );
  });

  it.each(versions)('%s hides how long a key is', (version) => {
    const lengthOf = (key: Uint8Array, algorithm: 'A' | 'T') => {
      const header = { ...pinHeader(version), algorithm };
      return wrapKeyBlock({ kbpk: kbpkOf(version), header, key, random: counted }).length;
    };
    const sizes = [8, 16, 24].map((n) => lengthOf(new Uint8Array(n), 'T'));
    expect(new Set(sizes).size).toBe(1);
    expect(new Set([16, 24, 32].map((n) => lengthOf(new Uint8Array(n), 'A'))).size).toBe(1);
  });
});

describe('refusals', () => {
  const good = block('B');
  const kbpk = kbpkOf('B');
  const put = (at: number, text: string) => good.slice(0, at) + text + good.slice(at + text.length);
  /** A block with another header text before a body that is never reached. */
  const headed = (header: string, body = 'A'.repeat(64)) => {
    const length = String(header.length + body.length).padStart(4, '0');
    return header[0] + length + header.slice(5) + body;
  };
  const seen = new Set<string>();

  it.each<[KeyBlockReason, string]>([
    ['NOT_TEXT', ''],
    ['NOT_TEXT', good.slice(0, 15)],
    ['NOT_TEXT', put(20, '\u0007')],
    ['NOT_TEXT', undefined as unknown as string],
    ['VERSION_UNKNOWN', put(0, 'F')],
    ['VERSION_UNKNOWN', put(0, '2')],
    ['LENGTH_MALFORMED', put(1, '01A4')],
    ['LENGTH_WRONG', put(1, '0105')],
    ['LENGTH_WRONG', headed('B0000P0TE00N0000', '')],
    ['LENGTH_WRONG', headed('B0000P0TE00N0000', 'A'.repeat(16))],
    ['LENGTH_WRONG', headed('B0000P0TE00N0000', 'A'.repeat(40))],
    ['LENGTH_WRONG', headed('E0000P0AE00N0000', 'A'.repeat(36))],
    ['USAGE_UNKNOWN', put(5, 'Z9')],
    ['USAGE_UNKNOWN', put(5, 'to')],
    ['USAGE_UNKNOWN', put(5, '10')],
    ['ALGORITHM_UNKNOWN', put(7, 'Z')],
    ['ALGORITHM_NOT_FOR_USAGE', put(7, 'R')],
    ['MODE_UNKNOWN', put(8, 'Z')],
    ['MODE_NOT_FOR_USAGE', put(8, 'X')],
    ['KEY_VERSION_INVALID', put(9, '0!')],
    ['EXPORTABILITY_UNKNOWN', put(11, 'X')],
    ['BLOCK_COUNT_INVALID', put(12, '0x')],
    ['RESERVED_INVALID', put(14, '0*')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100lb08ABCD')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LBG8ABCD')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LB03ABCD')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LBFFABCD')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LB000104')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LB0002000900')],
    ['BLOCK_MALFORMED', headed('B0000P0TE00N0100LB00020G0900')],
    ['BLOCK_REPEATED', headed('B0000P0TE00N0200LB04LB04')],
    ['BLOCK_MISPLACED', headed('B0000P0TE00N0200PB04LB04')],
    ['HEADER_UNALIGNED', headed('B0000P0TE00N0100LB06AB')],
    ['HEADER_UNALIGNED', headed('D0000P0AE00N0100LB08ABCD')],
    ['NOT_HEX', put(good.length - 1, 'g')],
    ['NOT_HEX', put(good.length - 1, 'f')],
    ['MAC_WRONG', put(5, 'K0')],
  ])('%s', (reason, text) => {
    seen.add(reason);
    expect(unwrapKeyBlock({ kbpk, block: text })).toEqual(refused(reason));
  });

  it.each<[string, unknown]>([
    ['no key', undefined],
    ['15 bytes', new Uint8Array(15)],
    ['an AES-256 key for a TDES version', new Uint8Array(32)],
    ['keys of another version', deriveKeyBlockKeys('D', kbpkOf('D'))],
  ])('PROTECTION_KEY: %s', (_, wrong) => {
    seen.add('PROTECTION_KEY');
    expect(unwrapKeyBlock({ kbpk: wrong as Uint8Array, block: good })).toEqual(
      refused('PROTECTION_KEY'),
    );
  });

  it('KEY_LENGTH: what is inside verifies, but is no key of the algorithm', () => {
    seen.add('KEY_LENGTH');
    const wrap = (algorithm: string, length: number, usage = 'M7', modeOfUse = 'N') => {
      const header = { version: 'B' as const, usage, algorithm, modeOfUse };
      return wrapKeyBlock({ kbpk, header, key: new Uint8Array(length), random: counted });
    };
    expect(unwrapKeyBlock({ kbpk, block: wrap('H', 20) }).ok).toBe(true);
    // The length field is the first two clear bytes: a forger without the key cannot reach it, so the
    // fault is put in where a sender makes it, by a random source that is given as part of the field.
    for (const field of ['0000', '0001', '0081', 'FFFF', '0050']) {
      expect(unwrapKeyBlock({ kbpk, block: forged(kbpk, field) })).toEqual(refused('KEY_LENGTH'));
    }
    expect(unwrapKeyBlock({ kbpk, block: forged(kbpk, '0080') }).ok).toBe(true);
  });

  it('are all tried here', () => {
    expect([...seen].sort()).toEqual(Object.keys(KEY_BLOCK_REASONS).sort());
  });

  it('let proprietary usages pass only where asked, or in payShield blocks', () => {
    const header = { version: 'B' as const, usage: '10', algorithm: 'T', modeOfUse: 'N' };
    const wrap = { kbpk, header, key: key16, random: counted };
    expect(() => wrapKeyBlock(wrap)).toThrow(
      inputError('HEADER_INVALID: key block header: USAGE_UNKNOWN'),
    );
    const text = wrapKeyBlock({ ...wrap, proprietary: true });
    expect(unwrapKeyBlock({ kbpk, block: text })).toEqual(refused('USAGE_UNKNOWN'));
    expect(unwrapKeyBlock({ kbpk, block: text, proprietary: true }).ok).toBe(true);
    const shield = wrapKeyBlock({ ...wrap, header: { ...header, version: '0', reserved: '02' } });
    expect(unwrapKeyBlock({ kbpk, block: shield }).ok).toBe(true);
    expect(keyUsageRow('1A', true)).toBeUndefined();
  });

  it('of a header alone need nothing after it', () => {
    const alone = parseHeader('B0000P0TE00N0100LB06AB');
    expect(alone.ok && alone.value).toMatchObject({ headerLength: 22, statedLength: 0 });
    expect(parseHeader('B0000P0TE00N0000', {}).ok).toBe(true);
  });
});

/** A version B block whose clear field starts with `lengthField`, made with the library's own parts. */
function forged(kbpk: Uint8Array, lengthField: string): string {
  const { kbek, kbak } = deriveKeyBytes('B', kbpk);
  const header = 'B0080P0TE00N0000';
  const clear = concat(fromHex(lengthField), new Uint8Array(22));
  const mac = cmac(DesKey.of(kbak), concat(new TextEncoder().encode(header), clear));
  return header + toHex(concat(encryptCbc(DesKey.of(kbek), mac, clear), mac));
}

/** Two-character identifiers that no table knows. */
