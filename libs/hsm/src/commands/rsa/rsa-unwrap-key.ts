import { wipe } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { desLetter } from '../../keys/key-check.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { done, refusal } from '../../outcome.js';
import { usageName } from '../fields.js';
import { ciphertext, decryptRsa, encryptionPadding, rsaKey } from './rsa-fields.js';

/** Lengths a symmetric key may have; an AES-256 key is told by its length, others are triple DES. */
const LENGTHS = [16, 24, 32];

export const rsaUnwrapKey = dataCommand({
  name: 'RsaUnwrapKey',
  group: 'rsa',
  title: 'takes a symmetric key from under an RSA key: OAEP; PKCS1 v1.5 in legacy',
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
  ],
  rules: ['M12.no-anonymous-kek', 'M9.one-usage', 'M16.oaep-only'],
  run(core, { rsaKey: sealed, padding, data, usage }) {
    const refused = core.policy.judge('M12.no-anonymous-kek', { usage });
    if (refused !== undefined) return refused;
    const key = core.rsaKeys.open(sealed, 'unwrap');
    if (key === undefined) return refusal('TOKEN_INVALID');
    const clear = decryptRsa(core, { key, padding, data });
    if (!clear.ok) return clear;
    const { value } = clear;
    if (!LENGTHS.includes(value.length)) {
      return refusal(padding === 'oaep' ? 'CIPHERTEXT_INVALID' : 'KEY_LENGTH');
    }
    const algorithm = value.length === 32 ? 'A' : desLetter(value.length);
    const made = core.keys.seal(value, algorithm, { usage });
    wipe(value);
    return done({ key: made.token });
  },
});
