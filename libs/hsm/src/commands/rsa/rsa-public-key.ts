import { createPublicKey } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { done, refusal } from '../../outcome.js';
import { publicKey, rsaKey } from './rsa-fields.js';

export const rsaPublicKey = dataCommand({
  name: 'RsaPublicKey',
  group: 'rsa',
  title: 'gives the public key of an RSA key',
  source: 'RFC 5280 (SubjectPublicKeyInfo)',
  roles: ['production', 'keyManager'],
  input: { rsaKey: rsaKey() },
  output: { publicKey: publicKey() },
  errors: ['TOKEN_INVALID'],
  rules: [],
  run(core, { rsaKey: token }) {
    const key = core.rsaKeys.open(token);
    if (key === undefined) return refusal('TOKEN_INVALID');
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return done({ publicKey: toHex(spki) });
  },
});
