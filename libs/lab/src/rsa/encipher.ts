/** What anybody can do: encipher under a device's public key. */
import { constants, publicEncrypt } from 'node:crypto';
import type { RandomBytes } from '@pinfold/crypto';
import { bytesOf, numberOf, powerModulo, publicKeyPem, type RsaPublic } from './public-key.js';

/** OAEP with SHA-256. */
export function encipherOaep(spkiHex: string, clear: Uint8Array): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const key = { key: publicKeyPem(spkiHex), padding, oaepHash: 'sha256' };
  return Uint8Array.from(publicEncrypt(key, clear));
}

/** RSAES-PKCS1-v1_5 (RFC 8017, 7.2.1): 00 02, random bytes that are not zero, 00, the message. */
export function encipherPkcs1(
  { n, e, bytes }: RsaPublic,
  clear: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const padding = random(bytes - 3 - clear.length).map((byte) => byte || 1);
  const encoded = Uint8Array.of(0, 2, ...padding, 0, ...clear);
  return bytesOf(powerModulo(numberOf(encoded), e, n), bytes);
}
