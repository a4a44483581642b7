/** Operations of ciphers.json, cmac.json and mac.json. */
import {
  AesKey,
  adjustOddParity,
  type BlockKey,
  type CheckValueOptions,
  checkValue,
  cmac,
  DesKey,
  decryptCbc,
  decryptEcb,
  encryptCbc,
  encryptEcb,
  fromHex,
  type HmacHash,
  hmac,
  InputError,
  type Iso9797Padding,
  iso9797Mac,
  iso9797Pad,
  toHex,
} from '@pinfold/crypto';
import type { Inputs, VectorOps } from '../types.js';

function blockKey(c: Inputs): BlockKey {
  return c.text('cipher') === 'aes' ? AesKey.of(c.bytes('key')) : DesKey.of(c.bytes('key'));
}

/** `message` as hex, or `messageText` as ASCII. */
export function messageOf(c: Inputs): Uint8Array {
  return c.has('messageText')
    ? Uint8Array.from(Buffer.from(c.text('messageText'), 'latin1'))
    : fromHex(c.text('message'));
}

function iso9797(algorithm: 1 | 3) {
  return (c: Inputs) => ({
    mac: toHex(
      iso9797Mac({
        algorithm,
        padding: c.number('padding') as Iso9797Padding,
        key: c.bytes('key'),
        data: messageOf(c),
      }),
    ),
  });
}

export const CIPHER_OPS: VectorOps = {
  'encrypt-ecb': (c) => ({ ciphertext: toHex(encryptEcb(blockKey(c), c.bytes('plaintext'))) }),
  'decrypt-ecb': (c) => ({ plaintext: toHex(decryptEcb(blockKey(c), c.bytes('ciphertext'))) }),
  'encrypt-cbc': (c) => ({
    ciphertext: toHex(encryptCbc(blockKey(c), c.bytes('iv'), c.bytes('plaintext'))),
  }),
  'decrypt-cbc': (c) => ({
    plaintext: toHex(decryptCbc(blockKey(c), c.bytes('iv'), c.bytes('ciphertext'))),
  }),
  'check-value': (c) => {
    const { cipher, method } = c.raw as unknown as CheckValueOptions;
    return { checkValue: toHex(checkValue(c.bytes('key'), { cipher, method, lengthBytes: 8 })) };
  },
  'odd-parity': (c) => ({ key: toHex(adjustOddParity(c.bytes('key'))) }),
  cmac: (c) => ({ mac: toHex(cmac(blockKey(c), messageOf(c))) }),
  'iso9797-alg1': iso9797(1),
  'iso9797-alg3': iso9797(3),
  hmac: (c) => ({ mac: toHex(hmac(c.text('hash') as HmacHash, c.bytes('key'), messageOf(c))) }),
  pad: (c) => {
    if (c.has('blockLength') && c.number('blockLength') !== 8) {
      throw new InputError('VECTOR_INPUT', 'pad knows blocks of 8 bytes');
    }
    return { padded: toHex(iso9797Pad(messageOf(c), c.number('padding') as Iso9797Padding)) };
  },
};
