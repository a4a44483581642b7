import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { keyType } from '../fields.js';

export const reEncryptToken = keyCommand({
  name: 'ReEncryptToken',
  group: 'administration',
  title: 'puts a token of the old master keys under the new ones',
  source: 'payShield BW (translate from old to new LMK)',
  roles: ['production', 'keyManager'],
  input: {
    type: keyType(),
    token: token('token of the old master keys', { types: KEY_TYPE_NAMES }),
  },
  output: { token: token('token of the new master keys', { types: KEY_TYPE_NAMES }) },
  errors: ['TOKEN_INVALID'],
  rules: [],
  run(t, { type, token: old }, { uses }) {
    const renewed = t.renew(old, type);
    uses.move(old, renewed);
    return { token: renewed };
  },
});
