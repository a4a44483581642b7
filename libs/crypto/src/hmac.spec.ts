import { codeOf } from '../test/oracle.js';
import { fromHex, HmacKey, hmac, toHex } from './index.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const repeated = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);

/** RFC 4231 sections 4.3 to 4.8, HMAC-SHA-256. */
const RFC_4231: [string, Uint8Array, Uint8Array, string][] = [
  [
    'test case 2, a short key',
    text('Jefe'),
    text('what do ya want for nothing?'),
    '5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843',
  ],
  [
    'test case 3',
    repeated(0xaa, 20),
    repeated(0xdd, 50),
    '773EA91E36800E46854DB8EBD09181A72959098B3EF8C122D9635514CED565FE',
  ],
  [
    'test case 4',
    fromHex('0102030405060708090A0B0C0D0E0F10111213141516171819'),
    repeated(0xcd, 50),
    '82558A389A443C0EA4CC819899F2083A85F0FAA3E578F8077A2E3FF46729665B',
  ],
  [
    'test case 6, a key longer than a block',
    repeated(0xaa, 131),
    text('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60E431591EE0B67F0D8A26AACBF5B77F8E0BC6213728C5140546040F0EE37F54',
  ],
];

it.each(RFC_4231)('RFC 4231 %s', (_, key, data, mac) => {
  expect(toHex(hmac('sha256', key, data))).toBe(mac);
  expect(toHex(hmac('sha256', HmacKey.of(key), data))).toBe(mac);
});

it.each([
  ['sha1', 20],
  ['sha224', 28],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
] as const)('%s gives %d bytes', (hash, length) => {
  expect(hmac(hash, Uint8Array.of(1), new Uint8Array())).toHaveLength(length);
});

it('refuses unknown hashes, empty keys and what is no bytes', () => {
  const key = Uint8Array.of(1);
  expect(codeOf(() => hmac('md5' as never, key, key))).toBe('HASH_UNKNOWN');
  expect(codeOf(() => hmac('toString' as never, key, key))).toBe('HASH_UNKNOWN');
  expect(codeOf(() => hmac('sha256', new Uint8Array(), key))).toBe('KEY_LENGTH');
  expect(codeOf(() => hmac('sha256', 'key' as never, key))).toBe('BYTES_EXPECTED');
  expect(codeOf(() => hmac('sha256', key, 'data' as never))).toBe('BYTES_EXPECTED');
});

it('a prepared key shows nothing of itself', () => {
  expect(JSON.stringify(HmacKey.of(Uint8Array.of(1, 2)))).toBe('"[HmacKey]"');
  expect(HmacKey.of(Uint8Array.of(1, 2)).lengthBytes).toBe(2);
});
