import { dataCommand } from '../../declare/command.js';
import { bytes, secret } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { ciphertext, decryptRsa, encryptionPadding, rsaKey } from './rsa-fields.js';

export const rsaDecrypt = dataCommand({
  name: 'RsaDecrypt',
  group: 'rsa',
  title: 'deciphers data: OAEP with SHA-256; PKCS1 v1.5 in legacy',
  source: 'RFC 8017, 7; Bleichenbacher 1998',
  roles: ['production'],
  input: { rsaKey: rsaKey(), padding: encryptionPadding(), data: ciphertext() },
  output: { data: secret(bytes('data', { min: 0, max: 501 })) },
  errors: ['TOKEN_INVALID', 'PADDING_REFUSED', 'PADDING_INVALID', 'CIPHERTEXT_INVALID'],
  rules: ['M9.one-usage', 'M16.oaep-only'],
  run(core, { rsaKey: token, padding, data }) {
    const key = core.rsaKeys.open(token, 'decrypt');
    if (key === undefined) return refusal('TOKEN_INVALID');
    const clear = decryptRsa(core, { key, padding, data });
    return clear.ok ? done({ data: clear.value }) : clear;
  },
});
