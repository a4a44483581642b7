import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { aesKeyBytes, desKeyBytes, opensslCbcMac, opensslEncrypt } from '../test/oracle.js';
import { AesKey, cmac, DesKey, encryptCbc, fromHex, toHex, xorBytes } from './index.js';

const MESSAGE = fromHex(
  '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51' +
    '30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710',
);
/** SP 800-38B appendices D.2 and D.3: message length in bytes, MAC. */
const EXAMPLES = {
  '8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B': [
    [0, 'D17DDF46ADAACDE531CAC483DE7A9367'],
    [16, '9E99A7BF31E710900662F65E617C5184'],
    [40, '8A1DE5BE2EB31AAD089A82E6EE908B0E'],
    [64, 'A1D5DF0EED790F794D77589659F39A11'],
  ],
  '603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4': [
    [0, '028962F61B7BF89EFC6B551F4667D983'],
    [16, '28A7023F452E8F82BD4BF28D8C37C35C'],
    [40, 'AAF3D8F1DE5640C232F5B169B9C911E6'],
    [64, 'E1992190549F6ED5696A2C056C315410'],
  ],
} as const;

describe.each(Object.entries(EXAMPLES))('SP 800-38B, key %s', (key, cases) => {
  it.each(cases)('%d bytes', (length, mac) => {
    expect(toHex(cmac(AesKey.of(fromHex(key)), MESSAGE.subarray(0, length)))).toBe(mac);
  });
});

/** The definition with numbers: the last block masked, then CBC-MAC by OpenSSL. */
function defined(cipher: 'des' | 'aes', key: Uint8Array, data: Uint8Array): Uint8Array {
  const size = cipher === 'des' ? 8 : 16;
  const bits = BigInt(8 * size);
  const double = (value: bigint): bigint => {
    const shifted = value << 1n;
    return shifted >> bits
      ? (shifted & ((1n << bits) - 1n)) ^ (size === 8 ? 0x1bn : 0x87n)
      : shifted;
  };
  const zeros = opensslEncrypt({ cipher, mode: 'ecb' }, key, new Uint8Array(size));
  const k1 = double(BigInt(`0x${toHex(zeros)}`));
  const complete = data.length > 0 && data.length % size === 0;
  const subkey = complete ? k1 : double(k1);
  const blocks = complete
    ? new Uint8Array(data)
    : new Uint8Array((Math.floor(data.length / size) + 1) * size);
  if (!complete) {
    blocks.set(data);
    blocks[data.length] = 0x80;
  }
  const mask = fromHex(subkey.toString(16).padStart(2 * size, '0'));
  blocks.set(xorBytes(blocks.subarray(-size), mask), blocks.length - size);
  return opensslCbcMac(cipher, key, blocks);
}

it('agrees with the definition over OpenSSL: AES', () => {
  fc.assert(
    fc.property(aesKeyBytes, fc.uint8Array({ maxLength: 100 }), (key, data) => {
      expect(cmac(AesKey.of(key), data)).toEqual(defined('aes', key, data));
    }),
    { numRuns: 1000 },
  );
});

it('agrees with the definition over OpenSSL: DES', () => {
  fc.assert(
    fc.property(desKeyBytes, fc.uint8Array({ maxLength: 60 }), (key, data) => {
      expect(cmac(DesKey.of(key), data)).toEqual(defined('des', key, data));
    }),
    { numRuns: 1000 },
  );
});

const openssl = ((): boolean => {
  try {
    return /^OpenSSL 3/.test(execFileSync('openssl', ['version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
})();

(openssl ? it : it.skip)('agrees with the CMAC of the openssl command', () => {
  const key = '2B7E151628AED2A6ABF7158809CF4F3C';
  for (const length of [0, 15, 16, 17, 64]) {
    const args = ['mac', '-cipher', 'AES-128-CBC', '-macopt', `hexkey:${key}`, 'CMAC'];
    const input = MESSAGE.subarray(0, length);
    const want = execFileSync('openssl', args, { input, encoding: 'utf8' }).trim();
    expect(toHex(cmac(AesKey.of(fromHex(key)), input))).toBe(want);
  }
});

it('a flipped bit anywhere changes the MAC', () => {
  const key = AesKey.of(new Uint8Array(16));
  const data = MESSAGE.slice(0, 33);
  const right = toHex(cmac(key, data));
  for (let bit = 0; bit < 8 * data.length; bit++) {
    const wrong = new Uint8Array(data);
    wrong[bit >> 3]! ^= 1 << (bit & 7);
    expect(toHex(cmac(key, wrong))).not.toBe(right);
  }
});

describe('in parts', () => {
  it.each([
    ['AES', AesKey.of(new Uint8Array(16).fill(7)), 16],
    ['triple DES', DesKey.of(Uint8Array.from({ length: 16 }, (_, i) => 3 * i)), 8],
  ] as const)('%s gives the MAC of the whole', (_, key, size) => {
    const data = Uint8Array.from({ length: 3 * size }, (__, i) => 5 * i);
    for (const length of [2 * size + 1, 3 * size]) {
      const whole = data.subarray(0, length);
      const iv = encryptCbc(key, new Uint8Array(size), whole.subarray(0, 2 * size)).slice(-size);
      expect(cmac(key, whole.subarray(2 * size), iv)).toEqual(cmac(key, whole));
      expect(() => cmac(key, new Uint8Array(0), iv)).toThrow('empty');
      expect(() => cmac(key, whole, iv.subarray(1))).toThrow('iv');
    }
  });
});
