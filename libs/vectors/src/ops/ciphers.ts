/** Operations of ciphers.json, cmac.json and mac.json. */
import {
  AesKey,
  type BlockKey,
  cmac,
  DesKey,
  decryptCbc,
  decryptEcb,
  encryptCbc,
  encryptEcb,
  equalConstantTime,
  fromHex,
  type HmacHash,
  hmac,
  InputError,
  type Iso9797Padding,
  Iso9797Stream,
  iso9797Mac,
  iso9797Pad,
  toHex,
} from '@pinfold/crypto';
import type { Inputs, Outputs, VectorOps } from '../types.js';

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

/** The same MAC by stream: `chunks` tells the bytes of each piece; what is left comes last. */
function streamed(c: Inputs): Outputs {
  const data = messageOf(c);
  const stream = new Iso9797Stream({
    algorithm: c.number('algorithm') as 1 | 3,
    padding: c.number('padding') as Iso9797Padding,
    key: c.bytes('key'),
    totalBytes: data.length,
  });
  let at = 0;
  for (const bytes of c.raw.chunks as readonly number[]) {
    stream.update(data.subarray(at, at + bytes));
    at += bytes;
  }
  stream.update(data.subarray(at));
  return { mac: toHex(stream.finish()) };
}

/** Whether the MAC of a case, given by its left-most part, is the one that comes out. */
function verified(mac: (c: Inputs) => Outputs) {
  return (c: Inputs): Outputs => {
    const wanted = c.bytes('mac');
    if (wanted.length < 4) throw new InputError('MAC_LENGTH', 'mac must be at least 4 bytes');
    const right = fromHex(mac(c).mac as string);
    return { valid: equalConstantTime(right.slice(0, wanted.length), wanted) };
  };
}

const cmacOf = (c: Inputs): Outputs => ({ mac: toHex(cmac(blockKey(c), messageOf(c))) });
const hmacOf = (c: Inputs): Outputs => ({
  mac: toHex(hmac(c.text('hash') as HmacHash, c.bytes('key'), messageOf(c))),
});

export const CIPHER_OPS: VectorOps = {
  'encrypt-ecb': (c) => ({ ciphertext: toHex(encryptEcb(blockKey(c), c.bytes('plaintext'))) }),
  'decrypt-ecb': (c) => ({ plaintext: toHex(decryptEcb(blockKey(c), c.bytes('ciphertext'))) }),
  'encrypt-cbc': (c) => ({
    ciphertext: toHex(encryptCbc(blockKey(c), c.bytes('iv'), c.bytes('plaintext'))),
  }),
  'decrypt-cbc': (c) => ({
    plaintext: toHex(decryptCbc(blockKey(c), c.bytes('iv'), c.bytes('ciphertext'))),
  }),
  cmac: cmacOf,
  'cmac-verify': verified(cmacOf),
  'iso9797-alg1': iso9797(1),
  'iso9797-alg3': iso9797(3),
  'iso9797-alg1-verify': verified(iso9797(1)),
  'iso9797-alg3-verify': verified(iso9797(3)),
  'iso9797-stream': streamed,
  hmac: hmacOf,
  'hmac-verify': verified(hmacOf),
  pad: (c) => {
    if (c.has('blockLength') && c.number('blockLength') !== 8) {
      throw new InputError('VECTOR_INPUT', 'pad knows blocks of 8 bytes');
    }
    return { padded: toHex(iso9797Pad(messageOf(c), c.number('padding') as Iso9797Padding)) };
  },
};
