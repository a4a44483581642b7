import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  concatBytes,
  fromHex,
  HMAC_HASHES,
  type HmacHash,
  hmac,
  hmacBlockBytes,
  hmacChain,
  hmacFinish,
  toHex,
} from './index.js';
import { SHA, shaChain, shaFinish, shaStateBytes } from './sha.js';

const bytes = (max: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: max });
const code = (value: string) => expect.objectContaining({ name: 'InputError', code: value });
const one = new Uint8Array(1);

describe.each(HMAC_HASHES)('%s in parts', (hash) => {
  const block = hmacBlockBytes(hash);

  it('is the hash of the joined parts', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, bytes(3 * block), fc.nat(), (sizes, rest, seed) => {
        let seen = 0;
        let before = shaChain(hash, new Uint8Array(0));
        const all: Uint8Array[] = [];
        for (const size of sizes) {
          const data = new Uint8Array(size * block).fill((seed + seen) & 255);
          before = shaChain(hash, data, before);
          seen += data.length;
          all.push(data);
        }
        const whole = createHash(hash)
          .update(concatBytes(...all, rest))
          .digest();
        expect(toHex(shaFinish(hash, rest, { before, seen }))).toBe(toHex(whole));
      }),
      { numRuns: 40 },
    );
  });

  it('every length of the rest at its ends, and lengths beyond 32 bits', () => {
    const before = shaChain(hash, new Uint8Array(0));
    const edges = [0, 1, block - block / 8 - 1, block - block / 8, block - 1, block, block + 1];
    for (const length of edges) {
      const rest = new Uint8Array(length).fill(0x5a);
      const whole = createHash(hash).update(rest).digest();
      expect(toHex(shaFinish(hash, rest, { before, seen: 0 }))).toBe(toHex(whole));
    }
    const far = shaFinish(hash, one, { before, seen: 2 ** 32 * block });
    expect(far).not.toEqual(shaFinish(hash, one, { before, seen: 0 }));
  });

  it('is the HMAC of the joined parts, for keys shorter and longer than a block', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(bytes(2 * block, 1), sizes, bytes(2 * block), (key, blocks, rest) => {
        let chain: Uint8Array | undefined;
        let seen = 0;
        const all: Uint8Array[] = [];
        for (const count of blocks) {
          const data = new Uint8Array(count * block).fill(count + seen);
          chain = hmacChain({ hash, key, data, chain });
          seen += data.length;
          all.push(data);
        }
        const made = hmacFinish({ hash, key, data: rest, chain: chain!, seen });
        expect(made).toEqual(hmac(hash, key, concatBytes(...all, rest)));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses parts that are none', () => {
    const chain = new Uint8Array(shaStateBytes(hash));
    const part = { hash, key: one, data: new Uint8Array(block) };
    expect(() => hmacChain({ ...part, data: new Uint8Array(0) })).toThrow(code('DATA_LENGTH'));
    expect(() => hmacChain({ ...part, data: new Uint8Array(block - 1) })).toThrow(
      code('DATA_LENGTH'),
    );
    expect(() => hmacChain({ ...part, data: 'x' as never })).toThrow(code('BYTES_EXPECTED'));
    expect(() => hmacChain({ ...part, key: new Uint8Array(0) })).toThrow(code('KEY_LENGTH'));
    expect(() => hmacChain({ ...part, chain: chain.slice(1) })).toThrow(code('STATE_LENGTH'));
    const last = { ...part, data: one, chain, seen: block };
    expect(() => hmacFinish({ ...last, chain: concatBytes(chain, one) })).toThrow(
      code('STATE_LENGTH'),
    );
    expect(() => hmacFinish({ ...last, key: new Uint8Array(0) })).toThrow(code('KEY_LENGTH'));
  });
});

it('names no other hash', () => {
  const part = { hash: 'md5' as HmacHash, key: one, data: one };
  expect(() => shaChain('md5' as HmacHash, one)).toThrow(code('HASH_UNKNOWN'));
  expect(() => shaFinish('md5' as HmacHash, one, { before: one, seen: 0 })).toThrow(
    code('HASH_UNKNOWN'),
  );
  expect(() => hmacChain({ ...part, chain: one })).toThrow(code('HASH_UNKNOWN'));
  expect(() => hmacChain(part)).toThrow(code('HASH_UNKNOWN'));
  expect(() => hmacFinish({ ...part, chain: one, seen: 0 })).toThrow(code('HASH_UNKNOWN'));
  expect(() => hmacBlockBytes('md5' as HmacHash)).toThrow(code('HASH_UNKNOWN'));
});

it('has the initial values of FIPS 180-4', () => {
  expect(SHA.sha384.initial.slice(0, 2)).toEqual([0xcbbb9d5d, 0xc1059ed8]);
  expect(SHA.sha512.initial.slice(14)).toEqual([0x5be0cd19, 0x137e2179]);
  expect(
    toHex(
      shaFinish('sha256', fromHex('616263'), {
        before: shaChain('sha256', new Uint8Array(0)),
        seen: 0,
      }),
    ),
  ).toBe('BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD');
});
