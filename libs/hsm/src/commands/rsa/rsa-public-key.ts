import { keyCommand } from '../../declare/command.js';
import { publicKey, rsaKey } from './rsa-fields.js';

export const rsaPublicKey = keyCommand({
  name: 'RsaPublicKey',
  group: 'rsa',
  title: 'gives the public key of an RSA key',
  source: 'RFC 5280 (SubjectPublicKeyInfo)',
  roles: ['production', 'keyManager'],
  input: { rsaKey: rsaKey() },
  output: { publicKey: publicKey() },
  errors: ['TOKEN_INVALID'],
  rules: [],
  run(t, { rsaKey: token }) {
    return { publicKey: t.rsa.publicKey(t.rsa.open(token)) };
  },
});
