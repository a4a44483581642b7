import { createCipheriv } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { GcmKey, LARGEST_MESSAGE_BYTES, NONCE_BYTES, TAG_BYTES } from './gcm.js';

/** McGrew and Viega, "The Galois/Counter Mode of Operation" (submission to NIST), appendix B. */
const CASES = [
  {
    name: 'test case 1',
    key: '00000000000000000000000000000000',
    nonce: '000000000000000000000000',
    aad: '',
    plaintext: '',
    out: '58E2FCCEFA7E3061367F1D57A4E7455A',
  },
  {
    name: 'test case 2',
    key: '00000000000000000000000000000000',
    nonce: '000000000000000000000000',
    aad: '',
    plaintext: '00000000000000000000000000000000',
    out: '0388DACE60B6A392F328C2B971B2FE78AB6E47D42CEC13BDF53A67B21257BDDF',
  },
  {
    name: 'test case 16',
    key: 'FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F9467308308',
    nonce: 'CAFEBABEFACEDBADDECAF888',
    aad: 'FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2',
    plaintext:
      'D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A72' +
      '1C3C0C95956809532FCF0E2449A6B525B16AEDF5AA0DE657BA637B39',
    out:
      '522DC1F099567D07F47F37A32A84427D643A8CDCBFE5C0C97598A2BD2555D1AA' +
      '8CB08E48590DBB3DA7B08B1056828838C5F61E6393BA7A0ABCC9F66276FC6ECE0F4E1768CDDF8853BB2D551B',
  },
];

const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });

describe('AES-GCM with the key set up once', () => {
  it.each(CASES)('gives the published output: $name', ({ key, nonce, aad, plaintext, out }) => {
    const gcmKey = new GcmKey(fromHex(key));
    const associated = gcmKey.associate(fromHex(aad));
    const sealed = gcmKey.seal(fromHex(nonce), fromHex(plaintext), associated);
    expect(toHex(sealed)).toBe(nonce + out);
    expect(toHex(gcmKey.open(sealed, associated)!)).toBe(plaintext);
  });

  it('agrees with @noble/ciphers and node:crypto, and opens what it sealed', () => {
    const lengths = fc.constantFrom(16, 24, 32).chain((n) => bytes(n));
    fc.assert(
      fc.property(
        lengths,
        bytes(NONCE_BYTES),
        bytes(0, 80),
        bytes(0, 400),
        (key, nonce, aad, p) => {
          const gcmKey = new GcmKey(key);
          const associated = gcmKey.associate(aad);
          const sealed = gcmKey.seal(nonce, p, associated);
          expect(toHex(sealed.subarray(NONCE_BYTES))).toBe(toHex(gcm(key, nonce, aad).encrypt(p)));
          const openssl = createCipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, nonce);
          openssl.setAAD(aad);
          const expected = Buffer.concat([
            openssl.update(p),
            openssl.final(),
            openssl.getAuthTag(),
          ]);
          expect(toHex(sealed.subarray(NONCE_BYTES))).toBe(toHex(expected));
          expect(toHex(gcmKey.open(sealed, associated)!)).toBe(toHex(p));
        },
      ),
      { numRuns: 150, verbose: true },
    );
  });

  it('refuses any flipped bit, any shorter text and other associated data', () => {
    const key = new GcmKey(new Uint8Array(32).fill(7));
    const associated = key.associate(new Uint8Array([1, 2, 3]));
    const sealed = key.seal(new Uint8Array(12).fill(9), new Uint8Array(37).fill(5), associated);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(key.open(changed, associated)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(key.open(sealed.subarray(0, length), associated)).toBeUndefined();
    expect(key.open(sealed, key.associate(new Uint8Array([1, 2])))).toBeUndefined();
  });

  it('holds its limits', () => {
    const key = new GcmKey(new Uint8Array(16));
    const associated = key.associate(new Uint8Array(0));
    const nonce = new Uint8Array(NONCE_BYTES);
    const largest = key.seal(nonce, new Uint8Array(LARGEST_MESSAGE_BYTES), associated);
    expect(key.open(largest, associated)).toHaveLength(LARGEST_MESSAGE_BYTES);
    expect(() => key.seal(nonce, new Uint8Array(LARGEST_MESSAGE_BYTES + 1), associated)).toThrow(
      /at most/,
    );
    const tooLong = new Uint8Array(NONCE_BYTES + LARGEST_MESSAGE_BYTES + 1 + TAG_BYTES);
    expect(key.open(tooLong, associated)).toBeUndefined();
    expect(() => key.seal(new Uint8Array(11), new Uint8Array(1), associated)).toThrow(/12 bytes/);
    expect(() => new GcmKey(new Uint8Array(31))).toThrow(/16, 24 or 32/);
  });
});
