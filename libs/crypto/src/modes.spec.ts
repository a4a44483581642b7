import fc from 'fast-check';
import { aesKeyBytes, bytesOf, codeOf, desKeyBytes, opensslEncrypt } from '../test/oracle.js';
import {
  AesKey,
  type BlockKey,
  ctr,
  DesKey,
  decryptCbc,
  decryptEcb,
  encryptCbc,
  encryptEcb,
  fromHex,
  toHex,
} from './index.js';

const CIPHERS = [
  {
    cipher: 'des' as const,
    size: 8,
    keyBytes: desKeyBytes,
    of: (b: Uint8Array): BlockKey => DesKey.of(b),
  },
  {
    cipher: 'aes' as const,
    size: 16,
    keyBytes: aesKeyBytes,
    of: (b: Uint8Array): BlockKey => AesKey.of(b),
  },
];

describe.each(CIPHERS)('$cipher', ({ cipher, size, keyBytes, of }) => {
  const wholeBlocks = fc.integer({ min: 0, max: 40 }).chain((blocks) => bytesOf(blocks * size));

  it('ECB and CBC agree with OpenSSL, and decipher', () => {
    fc.assert(
      fc.property(keyBytes, bytesOf(size), wholeBlocks, (bytes, iv, data) => {
        const key = of(bytes);
        const ecb = encryptEcb(key, data);
        expect(ecb).toEqual(opensslEncrypt({ cipher, mode: 'ecb' }, bytes, data));
        expect(decryptEcb(key, ecb)).toEqual(data);
        const cbc = encryptCbc(key, iv, data);
        expect(cbc).toEqual(opensslEncrypt({ cipher, mode: 'cbc', iv }, bytes, data));
        expect(decryptCbc(key, iv, cbc)).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  it('CTR of any length deciphers itself', () => {
    fc.assert(
      fc.property(keyBytes, bytesOf(size), fc.uint8Array({ maxLength: 700 }), (bytes, iv, data) => {
        const key = of(bytes);
        const enciphered = ctr(key, iv, data);
        expect(enciphered.length).toBe(data.length);
        expect(ctr(key, iv, enciphered)).toEqual(data);
      }),
    );
  });

  it('CTR counts around the end of the counter', () => {
    const key = of(new Uint8Array(16));
    const stream = ctr(key, new Uint8Array(size).fill(255), new Uint8Array(2 * size));
    expect(stream.subarray(size)).toEqual(encryptEcb(key, new Uint8Array(size)));
  });

  it('refuses partial blocks and a wrong iv', () => {
    const key = of(new Uint8Array(16));
    const iv = new Uint8Array(size);
    for (const length of [1, size - 1, size + 1]) {
      const data = new Uint8Array(length);
      expect(codeOf(() => encryptEcb(key, data))).toBe('DATA_LENGTH');
      expect(codeOf(() => decryptEcb(key, data))).toBe('DATA_LENGTH');
      expect(codeOf(() => encryptCbc(key, iv, data))).toBe('DATA_LENGTH');
      expect(codeOf(() => decryptCbc(key, iv, data))).toBe('DATA_LENGTH');
    }
    for (const length of [0, size - 1, size + 1]) {
      const wrong = new Uint8Array(length);
      expect(codeOf(() => encryptCbc(key, wrong, iv))).toBe('IV_LENGTH');
      expect(codeOf(() => decryptCbc(key, wrong, iv))).toBe('IV_LENGTH');
      expect(codeOf(() => ctr(key, wrong, iv))).toBe('IV_LENGTH');
    }
  });

  it('leaves its inputs as they were', () => {
    const key = of(new Uint8Array(16));
    const [iv, data] = [new Uint8Array(size).fill(255), new Uint8Array(2 * size).fill(3)];
    for (const run of [encryptCbc, decryptCbc, ctr]) run(key, iv, data);
    encryptEcb(key, data);
    expect(iv).toEqual(new Uint8Array(size).fill(255));
    expect(data).toEqual(new Uint8Array(2 * size).fill(3));
  });
});

it('AES CTR agrees with OpenSSL', () => {
  fc.assert(
    fc.property(aesKeyBytes, bytesOf(16), fc.uint8Array({ maxLength: 700 }), (key, iv, data) => {
      const want = opensslEncrypt({ cipher: 'aes', mode: 'ctr', iv }, key, data);
      expect(ctr(AesKey.of(key), iv, data)).toEqual(want);
    }),
  );
});

it('SP 800-38A F.5.1: CTR-AES128, first block', () => {
  const key = AesKey.of(fromHex('2B7E151628AED2A6ABF7158809CF4F3C'));
  const iv = fromHex('F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF');
  const clear = fromHex('6BC1BEE22E409F96E93D7E117393172A');
  expect(toHex(ctr(key, iv, clear))).toBe('874D6191B620E3261BEF6864990DB6CE');
});
