import { readFileSync } from 'node:fs';
import {
  AesKey,
  adjustOddParity,
  type BlockKey,
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
  iso9797Mac,
  iso9797Pad,
  toHex,
} from './index.js';

type Case = Record<string, string> & { expect: Record<string, string> };
const load = (topic: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${topic}.json`, import.meta.url), 'utf8'))
    .cases;

const blockKey = (c: Case): BlockKey =>
  c.cipher === 'aes' ? AesKey.of(fromHex(c.key!)) : DesKey.of(fromHex(c.key!));
const message = (c: Case): Uint8Array =>
  c.messageText === undefined ? fromHex(c.message!) : Buffer.from(c.messageText, 'latin1');
const mac = (c: Case, algorithm: 1 | 3): string =>
  toHex(
    iso9797Mac({
      algorithm,
      padding: c.padding as never,
      key: fromHex(c.key!),
      data: message(c),
      lengthBytes: c.expect.mac!.length / 2,
    }),
  );

const OPERATIONS: Record<string, (c: Case) => Record<string, string>> = {
  'encrypt-ecb': (c) => {
    const key = blockKey(c);
    const ciphertext = encryptEcb(key, fromHex(c.plaintext!));
    expect(toHex(decryptEcb(key, ciphertext))).toBe(c.plaintext);
    return { ciphertext: toHex(ciphertext) };
  },
  'encrypt-cbc': (c) => {
    const key = blockKey(c);
    const ciphertext = encryptCbc(key, fromHex(c.iv!), fromHex(c.plaintext!));
    expect(toHex(decryptCbc(key, fromHex(c.iv!), ciphertext))).toBe(c.plaintext);
    return { ciphertext: toHex(ciphertext) };
  },
  'check-value': (c) => ({
    checkValue: toHex(
      checkValue(fromHex(c.key!), { cipher: c.cipher as 'des', method: c.method as 'zeros' }),
    ),
  }),
  'odd-parity': (c) => ({ key: toHex(adjustOddParity(fromHex(c.key!))) }),
  cmac: (c) => ({ mac: toHex(cmac(blockKey(c), message(c))).slice(0, c.expect.mac!.length) }),
  'iso9797-alg1': (c) => ({ mac: mac(c, 1) }),
  'iso9797-alg3': (c) => ({ mac: mac(c, 3) }),
  pad: (c) => ({ padded: toHex(iso9797Pad(message(c), c.padding as never)) }),
  hmac: (c) => ({ mac: toHex(hmac(c.hash as HmacHash, fromHex(c.key!), message(c))) }),
};

describe.each(['ciphers', 'cmac', 'mac'])('published vectors: %s', (topic) => {
  it.each(load(topic).map((c) => [c.id, c] as const))('%s', (_, c) => {
    expect(OPERATIONS[c.op!]!(c)).toEqual(c.expect);
  });
});
