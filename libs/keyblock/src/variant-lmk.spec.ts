import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  LMK_KEY_TYPES,
  LMK_PAIR_OF_CODE,
  LMK_SCHEMES,
  LMK_VARIANTS,
  type LmkScheme,
  lmkKeyType,
  lmkVariant,
  TEST_LMK_PAIRS,
  unwrapLmkToken,
  wrapUnderLmk,
} from './index.js';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).cases;

describe('published tokens under the test LMK', () => {
  for (const c of load('lmk-tokens')) {
    it(c.id, () => {
      const { pair, variant } = lmkKeyType(c.type)!;
      const lmk = { pair: fromHex(TEST_LMK_PAIRS[pair]!), variant };
      expect(wrapUnderLmk({ ...lmk, scheme: c.scheme, key: fromHex(c.key) })).toBe(c.expect.token);
      const opened = unwrapLmkToken({ ...lmk, token: c.expect.token });
      expect(opened.ok && toHex(opened.value.key)).toBe(c.key);
      expect(opened.ok && opened.value.scheme).toBe(c.scheme);
    });
  }
});

const pair = fromHex(TEST_LMK_PAIRS['06-07']!);

/** Facts of one kind among the published ones. */
const published = (kind: string): ({ expect: Record<string, string> } & Record<string, string>)[] =>
  load('payshield-lmk').filter((c: { kind: string }) => c.kind === kind);

describe('variant LMK tokens', () => {
  it('give back the key, under every scheme and variant', () => {
    const schemes = fc.constantFrom(...(Object.keys(LMK_SCHEMES) as LmkScheme[]));
    const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(schemes, fc.nat(9), bytes, (scheme, variant, long) => {
        const key = Uint8Array.from(long).slice(0, LMK_SCHEMES[scheme].keyBytes);
        const token = wrapUnderLmk({ pair, variant, scheme, key });
        const opened = unwrapLmkToken({ pair, variant, token });
        expect(opened).toEqual({ ok: true, value: { key, scheme } });
        for (let length = 0; length < token.length; length++) {
          const cut = unwrapLmkToken({ pair, variant, token: token.slice(0, length) });
          // A triple-length token cut to a double one has the letter of the wrong scheme.
          expect(cut).toEqual({ ok: false, code: 'KEY_TOKEN_INVALID' });
        }
      }),
    );
  });

  it('depend on the variant, and on the part in schemes U and T only', () => {
    const half = fromHex('1334577913345779');
    const key = fromHex('13345779133457791334577913345779');
    const tokens = Array.from({ length: 10 }, (_, variant) =>
      wrapUnderLmk({ pair, variant, scheme: 'Z', key: half }),
    );
    expect(new Set(tokens).size).toBe(10);
    const x = wrapUnderLmk({ pair, variant: 0, scheme: 'X', key });
    const u = wrapUnderLmk({ pair, variant: 0, scheme: 'U', key });
    expect(x.slice(1, 17)).toBe(x.slice(17));
    expect(u.slice(1, 17)).not.toBe(u.slice(17));
  });

  it('have the published test pairs, variants and pairs of codes', () => {
    const pairs = published('pair').map((c) => [c.pair, c.expect.lmk]);
    expect(Object.entries(TEST_LMK_PAIRS)).toEqual(pairs);
    expect(pairs).toHaveLength(20);
    const variants = published('variant').map((c) => Number(`0x${c.expect.xorByte0}`));
    expect(LMK_VARIANTS).toEqual(variants);
    // 04-05 and 06-07 for the codes 00 and 01, then from 14-15 on.
    const names = Object.keys(TEST_LMK_PAIRS).filter((_, i) => i >= 2 && (i < 4 || i >= 7));
    const codes = names.map((name, i) => [`0${i.toString(16).toUpperCase()}`, name]);
    expect(Object.entries(LMK_PAIR_OF_CODE)).toEqual(codes);
  });

  it('name every key type, and say which are published', () => {
    const types = Object.entries(LMK_KEY_TYPES);
    for (const [, { name }] of types) expect(name).toMatch(/^[A-Z][\w ,-]+$/);
    const known = types.filter(([, row]) => row.known).map(([type, { name }]) => [type, name]);
    expect(known.sort()).toEqual(
      published('keyType')
        .map((c) => [c.keyType, c.expect.name])
        .sort(),
    );
  });

  it('know a pair for every key type, and none for other codes', () => {
    for (const [type, { name }] of Object.entries(LMK_KEY_TYPES)) {
      const found = lmkKeyType(type)!;
      expect(found.name).toBe(name);
      expect(TEST_LMK_PAIRS[found.pair]).toHaveLength(32);
    }
    expect(lmkKeyType('502')).toEqual({ pair: '14-15', variant: 5, name: undefined });
    for (const type of ['', '00', 'A00', '00F', '0100', '012', 5 as unknown as string]) {
      expect(lmkKeyType(type)).toBeUndefined();
    }
  });

  it.each([
    [
      'SCHEME_UNKNOWN: scheme must be one of Z, X, Y, U and T',
      () => wrapUnderLmk({ pair, variant: 0, scheme: 'S' as 'U', key: pair }),
    ],
    [
      'KEY_LENGTH: key of this scheme must be 24 bytes',
      () => wrapUnderLmk({ pair, variant: 0, scheme: 'T', key: pair }),
    ],
    [
      'KEY_LENGTH: key of this scheme must be 16 bytes',
      () => wrapUnderLmk({ pair, variant: 0, scheme: 'U', key: 'x' as never }),
    ],
    [
      'VARIANT_INVALID: variant must be 0 to 9',
      () => wrapUnderLmk({ pair, variant: 10, scheme: 'U', key: pair }),
    ],
    ['VARIANT_INVALID: variant must be 0 to 9', () => lmkVariant(pair, 1.5)],
    ['LMK_INVALID: an LMK pair must be 16 bytes', () => lmkVariant(pair.slice(1), 1)],
    ['LMK_INVALID: an LMK pair must be 16 bytes', () => lmkVariant('x' as never, 1)],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));

  it('refuse what is no token', () => {
    const bad = [
      '',
      'S',
      'U12',
      'u34E2FC8EAD7CD07BFA2B7ED5FE4D8212',
      'U34E2FC8EAD7CD07BFA2B7ED5FE4D821g',
    ];
    for (const token of [...bad, 5 as unknown as string]) {
      expect(unwrapLmkToken({ pair, variant: 0, token })).toEqual({
        ok: false,
        code: 'KEY_TOKEN_INVALID',
      });
    }
  });
});
