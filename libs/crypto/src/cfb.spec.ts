import {
  AesKey,
  type CfbSegment,
  DesKey,
  decryptCfb,
  encryptCfb,
  fromHex,
  toHex,
} from './index.js';

const DES = { key: '0123456789ABCDEF', iv: '1234567890ABCDEF' };
const AES = { key: '2B7E151628AED2A6ABF7158809CF4F3C', iv: '000102030405060708090A0B0C0D0E0F' };
const NOW_IS_THE_TIME = toHex(new TextEncoder().encode('Now is the time for all '));
const SP_800_38A = '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51';

/** FIPS 81 tables D4 and D5; SP 800-38A F.3.13 and F.3.7 (its first 18 bytes are printed there). */
const CASES: [string, typeof DES, CfbSegment, string, string][] = [
  ['DES, CFB64', DES, 'block', NOW_IS_THE_TIME, 'F3096249C7F46E51A69E839B1A92F78403467133898EA622'],
  ['DES, CFB8', DES, 'byte', NOW_IS_THE_TIME, 'F31FDA07011462EE187F43D80A7CD9B5B0D290DA6E5B9A87'],
  [
    'AES, CFB128',
    AES,
    'block',
    SP_800_38A,
    '3B3FD92EB72DAD20333449F8E83CFB4AC8A64537A0B3A93FCDE3CDAD9F1CE58B',
  ],
  [
    'AES, CFB8',
    AES,
    'byte',
    SP_800_38A,
    '3B79424C9C0DD436BACE9E0ED4586A4F32B9DED50AE3BA69D472E88267FB5052',
  ],
];

it.each(CASES)('%s', (_, { key: value, iv: vector }, segment, clear, sealed) => {
  const bytes = fromHex(value);
  const key = bytes.length === 8 ? DesKey.of(bytes) : AesKey.of(bytes);
  const iv = fromHex(vector);
  expect(toHex(encryptCfb({ key, iv, data: fromHex(clear), segment }))).toBe(sealed);
  expect(toHex(decryptCfb({ key, iv, data: fromHex(sealed), segment }))).toBe(clear);
});

it('goes on with the last block of the cipher text as the vector', () => {
  const key = DesKey.of(fromHex(DES.key));
  const data = fromHex(NOW_IS_THE_TIME);
  for (const segment of ['byte', 'block'] as const) {
    const whole = encryptCfb({ key, iv: fromHex(DES.iv), data, segment });
    const first = encryptCfb({ key, iv: fromHex(DES.iv), data: data.subarray(0, 8), segment });
    const rest = encryptCfb({ key, iv: first, data: data.subarray(8), segment });
    expect(toHex(first) + toHex(rest)).toBe(toHex(whole));
  }
});

it('refuses vectors of another length and broken segments', () => {
  const key = DesKey.of(fromHex(DES.key));
  const data = new Uint8Array(7);
  expect(() => encryptCfb({ key, iv: new Uint8Array(7), data, segment: 'byte' })).toThrow('iv');
  expect(() => encryptCfb({ key, iv: new Uint8Array(8), data, segment: 'block' })).toThrow(
    'segments',
  );
  expect(encryptCfb({ key, iv: new Uint8Array(8), data, segment: 'byte' })).toHaveLength(7);
});
