import { createPublicKey } from 'node:crypto';
import { fromHex, toHex } from '@pinfold/crypto';
import {
  derElementLength,
  generateRsaPair,
  readRsaPublicKey,
  rsaBits,
  rsaDecrypt,
  rsaEncrypt,
  rsaPublicKeyDer,
  rsaPublicNumbers,
  rsaSign,
  rsaVerifies,
} from './rsa-primitives.js';

/** The public key of the payShield manuals' EQ example: 512 bits, unsigned INTEGERs, exponent 65537. */
const EXAMPLE =
  '30470240AE213EBDFE272616058114CA5D6E8DDD2F976EF0C6D6F6ADE0204E916CE0B5C704A1A9F1F631F578D7B87D1981951BB99A572400AC43BB3AF8C2A4068A0052250203010001';

it('reads the public key of a published example, and writes it back', () => {
  const der = fromHex(EXAMPLE);
  expect(derElementLength(der, 0)).toBe(der.length);
  const numbers = readRsaPublicKey(der, 'unsigned')!;
  expect(rsaBits(numbers)).toBe(512);
  expect(toHex(numbers.exponent)).toBe('010001');
  expect(toHex(rsaPublicKeyDer(numbers, 'unsigned'))).toBe(EXAMPLE);
  // Read as DER wants it the modulus is a negative number.
  expect(readRsaPublicKey(der, 'signed')).toBeUndefined();
  const signed = rsaPublicKeyDer(numbers, 'signed');
  expect(signed).toHaveLength(der.length + 1);
  const key = createPublicKey({ key: Buffer.from(signed), format: 'der', type: 'pkcs1' });
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(512);
});

it('refuses what is no public key', () => {
  const der = fromHex(EXAMPLE);
  for (let end = 0; end < der.length; end++) {
    expect(readRsaPublicKey(der.slice(0, end), 'unsigned')).toBeUndefined();
  }
  const faults: Record<number, number> = { 0: 0x31, 1: 0x46, 2: 0x03, 3: 0x41, 68: 0x03, 72: 0x00 };
  for (const [at, value] of Object.entries(faults)) {
    const wrong = der.slice();
    wrong[Number(at)] = value;
    expect(readRsaPublicKey(wrong, 'unsigned')).toBeUndefined();
  }
});

it('signs, enciphers and takes apart with a key of its own', () => {
  const { publicKey, privateKey } = generateRsaPair({ bits: 1024, exponent: 3 });
  expect(toHex(publicKey.exponent)).toBe('03');
  expect(rsaPublicNumbers(privateKey)).toEqual(publicKey);
  expect(readRsaPublicKey(rsaPublicKeyDer(publicKey, 'signed'), 'signed')).toEqual(publicKey);
  const data = fromHex('00112233445566778899AABBCCDDEEFF');
  const signature = rsaSign({ privateKey, hash: 'sha256', data })!;
  expect(rsaVerifies({ publicKey, hash: 'sha256', data, signature })).toBe(true);
  expect(rsaVerifies({ publicKey, hash: 'sha1', data, signature })).toBe(false);
  const label = fromHex('0102');
  for (const padding of [
    { name: 'pkcs1' },
    { name: 'oaep', hash: 'sha1', label },
    { name: 'oaep', hash: 'sha256', label: new Uint8Array() },
  ] as const) {
    const sealed = rsaEncrypt({ publicKey, padding, data })!;
    expect(rsaDecrypt({ privateKey, padding, data: sealed })).toEqual(data);
    sealed[5]! ^= 1;
    expect(rsaDecrypt({ privateKey, padding, data: sealed })).not.toEqual(data);
  }
  const padding = { name: 'oaep', hash: 'sha512', label } as const;
  expect(rsaEncrypt({ publicKey, padding, data })).toBeUndefined();
  expect(rsaDecrypt({ privateKey, padding, data })).toBeUndefined();
});
