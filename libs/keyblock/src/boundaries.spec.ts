/** The last value that is accepted and the first that is not; text that only looks like text. */
import { cmac, concatBytes, DesKey, encryptCbc, fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import {
  buildHeader,
  buildOptionalBlocks,
  deriveKeyBytes,
  keyUsageRow,
  LMK_SCHEMES,
  lmkKeyType,
  lmkPartKeys,
  parseHeader,
  parseOptionalBlocks,
  unwrapKeyBlock,
  unwrapLmkToken,
  wrapKeyBlock,
  wrapUnderLmk,
} from './index.js';

const kbpk = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
const header = { version: 'B', usage: 'M7', algorithm: 'H', modeOfUse: 'N' } as const;
const random = (length: number) => new Uint8Array(length).fill(0x5a);
const boxed = (text: string) => Object(text) as string;
const refused = (detail: string) => ({ ok: false, code: 'KEY_BLOCK_INVALID', detail });

describe('headers', () => {
  it.each(['000', '0', '!00', '00!', '0!', ''])(
    'take no key version and no reserved %p',
    (text) => {
      expect(() => buildHeader({ ...header, keyVersion: text }, { bodyLength: 0 })).toThrow(
        inputError('HEADER_INVALID: key block header: KEY_VERSION_INVALID'),
      );
      expect(() => buildHeader({ ...header, reserved: text }, { bodyLength: 0 })).toThrow(
        inputError('HEADER_INVALID: key block header: RESERVED_INVALID'),
      );
    },
  );

  it('belong to blocks of up to 9999 characters', () => {
    expect(buildHeader(header, { bodyLength: 9983 })).toBe('B9999M7HN00N0000');
    expect(() => buildHeader(header, { bodyLength: -1 })).toThrow(/bodyLength/);
    expect(() => buildHeader(header, { bodyLength: 9984 })).toThrow(
      inputError('KEY_BLOCK_LENGTH: a key block has at most 9999 characters'),
    );
  });

  it('are read from text alone', () => {
    const text = 'B0016M7HN00N0000';
    expect(parseHeader(text).ok).toBe(true);
    expect(parseHeader(boxed(text))).toEqual(refused('NOT_TEXT'));
  });

  it.each(['100', 'A10', '1', '1A', ''])('know no proprietary usage %p', (usage) =>
    expect(keyUsageRow(usage, true)).toBeUndefined(),
  );

  it('let a proprietary usage have every mode and algorithm', () => {
    const row = keyUsageRow('10', true)!;
    expect(row.name).toBe('Proprietary');
    expect([...row.modes].sort().join('')).toBe('BCDEGNSTVXY');
    expect([...row.algorithms].sort().join('')).toBe('ADEHRST');
    expect(keyUsageRow('10', false)).toBeUndefined();
  });
});

describe('optional blocks', () => {
  it('have data or none, in both forms of the length', () => {
    expect(parseOptionalBlocks('LB04', 0, 1)).toEqual({ blocks: [['LB', '']], end: 4 });
    expect(parseOptionalBlocks('LB0002000A', 0, 1)).toEqual({ blocks: [['LB', '']], end: 10 });
    expect(parseOptionalBlocks('LB00020009', 0, 1)).toBe('BLOCK_MALFORMED');
    expect(parseOptionalBlocks('LB03', 0, 1)).toBe('BLOCK_MALFORMED');
    expect(parseOptionalBlocks('L', 0, 1)).toBe('BLOCK_MALFORMED');
    const { text } = buildOptionalBlocks([['LB', 'x'.repeat(9999)]], 1);
    expect(text.slice(0, 10)).toBe('LB00022719');
    expect(() => buildOptionalBlocks([['LB', 'x'.repeat(10_000)]], 1)).toThrow(
      /^optional block data/,
    );
  });

  it.each(['xLB', 'LBx', 'L', '', boxed('LB')])('have no identifier %p', (id) =>
    expect(() => buildOptionalBlocks([[id, '']], 1)).toThrow(
      inputError('BLOCK_ID: an optional block identifier must be two of 0-9 and A-Z'),
    ),
  );

  it('have a time that ends with its Z', () => {
    for (const text of ['20261121203015Zx', 'x20261121203015Z']) {
      expect(() => buildOptionalBlocks([['TS', text]], 1)).toThrow(/^optional block data/);
    }
  });
});

describe('keys in blocks', () => {
  it('have up to 4096 bytes, and are padded to as many', () => {
    const wrapped = (key: Uint8Array, paddedKeyBytes?: number) =>
      wrapKeyBlock({ kbpk, header, key, random, paddedKeyBytes });
    const largest = random(4096);
    const opened = unwrapKeyBlock({ kbpk, block: wrapped(largest) });
    expect(opened.ok && opened.value.key).toEqual(largest);
    expect(wrapped(random(1), 4096)).toHaveLength(wrapped(largest).length);
    expect(wrapped(random(6), 0)).toHaveLength(16 + 2 * (8 + 8));
    expect(() => wrapped(random(4097))).toThrow(
      inputError('KEY_INVALID: key must be 1 to 4096 bytes'),
    );
    expect(() => wrapped(random(1), 4097)).toThrow(/^paddedKeyBytes/);
  });

  it('of algorithms without fixed lengths fill whole bytes within the field', () => {
    // A field of 24 bytes, made with the library's own parts: two of length, 22 of key and padding.
    const forged = (lengthField: string) => {
      const { kbek, kbak } = deriveKeyBytes('B', kbpk);
      const text = 'B0080M7HN00N0000';
      const clear = concatBytes(fromHex(lengthField), random(22));
      const mac = cmac(DesKey.of(kbak), concatBytes(new TextEncoder().encode(text), clear));
      const data = encryptCbc(DesKey.of(kbek), mac, clear);
      return unwrapKeyBlock({ kbpk, block: text + toHex(concatBytes(data, mac)) });
    };
    for (const [field, bytes] of [
      ['0008', 1],
      ['0078', 15],
      ['00B0', 22],
    ] as const) {
      const opened = forged(field);
      expect(opened.ok && opened.value.key).toEqual(random(bytes));
    }
    for (const field of ['0000', '0001', '0009', '00AF', '00B1', '00B8', '00C0', 'FFF8']) {
      expect(forged(field)).toEqual(refused('KEY_LENGTH'));
    }
  });
});

describe('variant LMK', () => {
  const pair = fromHex('0123456789ABCDEFFEDCBA9876543210');
  const key = fromHex('13345779133457791334577913345779');

  it('names key types by three characters of text', () => {
    expect(lmkKeyType('001')).toMatchObject({ variant: 0, pair: '06-07' });
    expect(lmkKeyType('901')).toMatchObject({ variant: 9, pair: '06-07' });
    for (const code of ['0010', 'x001', '01', boxed('001')]) {
      expect(lmkKeyType(code)).toBeUndefined();
    }
  });

  it('reads tokens that are nothing but the token', () => {
    const token = wrapUnderLmk({ pair, variant: 0, scheme: 'U', key });
    const read = (text: string) => unwrapLmkToken({ pair, variant: 0, token: text });
    expect(read(token)).toEqual({ ok: true, value: { key, scheme: 'U' } });
    for (const text of [`x${token}`, ` ${token}`, `${token}g`, `${token}\n`, boxed(token)]) {
      expect(read(text)).toEqual({ ok: false, code: 'KEY_TOKEN_INVALID' });
    }
  });

  it('gives the ciphers of each scheme, and of no other', () => {
    for (const [scheme, { keyBytes }] of Object.entries(LMK_SCHEMES)) {
      const parts = lmkPartKeys({ pair, variant: 0, scheme: scheme as 'U' });
      expect(parts).toHaveLength(keyBytes / 8);
    }
    expect(() => lmkPartKeys({ pair, variant: 0, scheme: 'S' as 'U' })).toThrow(
      inputError('SCHEME_UNKNOWN: scheme must be one of Z, X, Y, U and T'),
    );
  });
});
