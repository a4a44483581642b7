import { keyCommand } from '../../declare/command.js';
import { rsaKey } from '../rsa/rsa-fields.js';

export const reEncryptRsaKey = keyCommand({
  name: 'ReEncryptRsaKey',
  group: 'administration',
  title: 'puts an RSA key of the old master keys under the new ones',
  source: 'payShield EM (translate a private key from old to new LMK)',
  roles: ['production', 'keyManager'],
  input: { rsaKey: rsaKey() },
  output: { rsaKey: rsaKey() },
  errors: ['TOKEN_INVALID'],
  rules: [],
  run(t, { rsaKey: old }) {
    return { rsaKey: t.rsa.renew(old) };
  },
});
