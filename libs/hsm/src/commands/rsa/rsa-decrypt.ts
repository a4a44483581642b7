import { keyCommand } from '../../declare/command.js';
import { bytes, secret } from '../../declare/field.js';
import { ciphertext, encryptionPadding, rsaKey } from './rsa-fields.js';

export const rsaDecrypt = keyCommand({
  name: 'RsaDecrypt',
  group: 'rsa',
  title: 'deciphers data: OAEP with SHA-256; PKCS1 v1.5 in legacy',
  source: 'RFC 8017, 7; Bleichenbacher 1998',
  roles: ['production'],
  input: { rsaKey: rsaKey(), padding: encryptionPadding(), data: ciphertext() },
  output: { data: secret(bytes('data', { min: 0, max: 501 })) },
  errors: ['TOKEN_INVALID', 'PADDING_REFUSED', 'PADDING_INVALID', 'CIPHERTEXT_INVALID'],
  rules: ['M9.one-usage', 'M16.oaep-only'],
  run(t, { rsaKey: token, padding, data }) {
    const pair = t.rsa.open(token, 'decrypt');
    return { data: t.reveal(t.rsa.decrypt(pair, { padding, data })) };
  },
});
