/** What anybody can do: encipher under a device's public key, OAEP with SHA-256. */
import { constants, publicEncrypt } from 'node:crypto';
import { publicKeyPem } from './public-key.js';

export function encipherOaep(spkiHex: string, clear: Uint8Array): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const key = { key: publicKeyPem(spkiHex), padding, oaepHash: 'sha256' };
  return Uint8Array.from(publicEncrypt(key, clear));
}
