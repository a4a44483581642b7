import { keyCommand } from '../../declare/command.js';
import { bytes, hex, optional, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';

/**
 * Over zeros (or by CMAC) and six digits long, or, without rule M11, blocks of the caller's data
 * under any key: a PIN derivation key then enciphers an account number for whoever asks.
 */
export const keyCheckValue = keyCommand({
  name: 'KeyCheckValue',
  group: 'keys',
  title: 'gives the check value of a key',
  source: 'ANSI X9.24-1; Clulow 2003',
  roles: ['production', 'keyManager', 'custodian'],
  input: {
    key: token('any key', { types: KEY_TYPE_NAMES }),
    data: optional(bytes('data of the caller', { min: 8, max: 16, step: 8 })),
  },
  output: { checkValue: hex('check value, or the enciphered data', { min: 6, max: 32 }) },
  errors: ['TOKEN_INVALID', 'CHECK_VALUE_REFUSED', 'DATA_LENGTH'],
  rules: ['M11.check-value-of-zeros'],
  run(t, { key, data }) {
    const opened = t.open(key, { types: KEY_TYPE_NAMES, part: 'key' });
    if (data === undefined) return { checkValue: opened.header.checkValue };
    t.rule('M11.check-value-of-zeros', false);
    return { checkValue: t.encipher(opened, data) };
  },
});
