import { inspect } from 'node:util';
import fc from 'fast-check';
import { aesKeyBytes, bytesOf, codeOf, opensslEncrypt } from '../test/oracle.js';
import {
  AesKey,
  aesDecryptBlock,
  aesEncryptBlock,
  decryptEcb,
  encryptEcb,
  fromHex,
  toHex,
} from './index.js';

it('FIPS 197 appendix C.2 (192 bits)', () => {
  const key = AesKey.of(fromHex('000102030405060708090A0B0C0D0E0F1011121314151617'));
  const clear = fromHex('00112233445566778899AABBCCDDEEFF');
  const enciphered = aesEncryptBlock(key, clear);
  expect(toHex(enciphered)).toBe('DDA97CA4864CDFE06EAF70A0EC0D7191');
  expect(aesDecryptBlock(key, enciphered)).toEqual(clear);
});

it('random keys and blocks agree with OpenSSL, and decipher', () => {
  fc.assert(
    fc.property(aesKeyBytes, bytesOf(16), (bytes, block) => {
      const key = AesKey.of(bytes);
      const want = opensslEncrypt({ cipher: 'aes', mode: 'ecb' }, bytes, block);
      expect(aesEncryptBlock(key, block)).toEqual(want);
      expect(aesDecryptBlock(key, want)).toEqual(block);
    }),
    { numRuns: 1000 },
  );
});

it.each([496, 512, 528, 4096])(
  'ECB of %d bytes is the same on both sides of the limit',
  (length) => {
    const bytes = fromHex('2B7E151628AED2A6ABF7158809CF4F3C');
    const data = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
    const enciphered = encryptEcb(AesKey.of(bytes), data);
    expect(enciphered).toEqual(opensslEncrypt({ cipher: 'aes', mode: 'ecb' }, bytes, data));
    expect(decryptEcb(AesKey.of(bytes), enciphered)).toEqual(data);
  },
);

it('enciphers in place and into views at any offset', () => {
  const key = AesKey.of(new Uint8Array(16));
  const want = aesEncryptBlock(key, new Uint8Array(16).fill(9));
  const memory = new Uint8Array(40).fill(9);
  const view = memory.subarray(3, 19);
  expect(aesEncryptBlock(key, view, view)).toBe(view);
  expect(view).toEqual(want);
  expect(memory[2]).toBe(9);
  expect(memory[19]).toBe(9);
});

it.each([0, 8, 15, 17, 31, 33])('refuses a key of %d bytes', (length) => {
  expect(codeOf(() => AesKey.of(new Uint8Array(length)))).toBe('KEY_LENGTH');
});

it.each([0, 15, 17])('refuses a block of %d bytes, in and out', (length) => {
  const key = AesKey.of(new Uint8Array(16));
  const wrong = new Uint8Array(length);
  const right = new Uint8Array(16);
  expect(codeOf(() => aesEncryptBlock(key, wrong))).toBe('BLOCK_LENGTH');
  expect(codeOf(() => aesDecryptBlock(key, wrong))).toBe('BLOCK_LENGTH');
  expect(codeOf(() => aesEncryptBlock(key, right, wrong))).toBe('BLOCK_LENGTH');
  expect(codeOf(() => aesDecryptBlock(key, right, wrong))).toBe('BLOCK_LENGTH');
});

it('refuses every use after wiping', () => {
  const key = AesKey.of(new Uint8Array(16));
  aesEncryptBlock(key, new Uint8Array(16));
  aesDecryptBlock(key, new Uint8Array(16));
  encryptEcb(key, new Uint8Array(1024));
  key.wipe();
  expect(codeOf(() => aesEncryptBlock(key, new Uint8Array(16)))).toBe('KEY_WIPED');
  expect(codeOf(() => aesDecryptBlock(key, new Uint8Array(16)))).toBe('KEY_WIPED');
  expect(codeOf(() => encryptEcb(key, new Uint8Array(1024)))).toBe('KEY_WIPED');
});

it('shows nothing of itself', () => {
  const key = AesKey.of(new Uint8Array(16).fill(77));
  aesEncryptBlock(key, new Uint8Array(16));
  expect(JSON.stringify([key])).toBe('["[AesKey]"]');
  expect(inspect(key, { depth: 9, showHidden: true })).not.toContain('77');
});
