import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { usageName } from '../fields.js';
import { ciphertext, encryptionPadding, rsaKey } from './rsa-fields.js';

/** Lengths a symmetric key may have; an AES-256 key is told by its length, others are triple DES. */
const LENGTHS = [16, 24, 32];

export const rsaUnwrapKey = keyCommand({
  name: 'RsaUnwrapKey',
  group: 'rsa',
  title:
    'takes a symmetric key from under an RSA key: a data key by OAEP; any by PKCS1 v1.5 in legacy',
  source: 'RFC 8017, 7; payShield GI; Bardou and others 2012',
  roles: ['keyManager'],
  changes: true,
  input: {
    rsaKey: rsaKey(),
    padding: encryptionPadding(),
    data: ciphertext(),
    usage: usageName(),
  },
  output: { key: token('key', { types: KEY_TYPE_NAMES }) },
  errors: [
    'USAGE_REFUSED',
    'TOKEN_INVALID',
    'PADDING_REFUSED',
    'PADDING_INVALID',
    'CIPHERTEXT_INVALID',
    'KEY_LENGTH',
    'KEY_WEAK',
  ],
  rules: [
    'M12.no-anonymous-kek',
    'M12.no-anonymous-key',
    'M9.one-usage',
    'M16.oaep-only',
    'M13.no-weak-key',
  ],
  run(t, { rsaKey: sealed, padding, data, usage }) {
    t.rule('M12.no-anonymous-kek', { usage });
    t.rule('M12.no-anonymous-key', { usage });
    const key = t.rsa.unwrap(t.rsa.open(sealed, 'unwrap'), { padding, data });
    if (!LENGTHS.includes(t.lengthOf(key))) {
      t.refuse(padding === 'oaep' ? 'CIPHERTEXT_INVALID' : 'KEY_LENGTH');
    }
    t.rule('M13.no-weak-key', { weak: t.isWeak(key) });
    return { key: t.seal(key, { usage }) };
  },
});
