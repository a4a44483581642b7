import { encryptEcb, toHex } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes, hex, optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { done, refusal } from '../../outcome.js';

const SLOT = readySlot({ types: KEY_TYPE_NAMES, part: 'key' });

/**
 * Over zeros (or by CMAC) and six digits long, or, without rule M11, one block of the caller's data
 * under any key: a PIN derivation key then enciphers an account number for whoever asks.
 */
export const keyCheckValue = dataCommand({
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
  run(core, { key, data }) {
    const opened = core.keys.open(key, SLOT);
    if (opened === undefined) return refusal('TOKEN_INVALID');
    if (data === undefined) return done({ checkValue: opened.header.checkValue });
    const refused = core.policy.judge('M11.check-value-of-zeros', false);
    if (refused !== undefined) return refused;
    const cipher = opened.aes ?? opened.des;
    if (cipher === undefined || data.length !== cipher.blockBytes) return refusal('DATA_LENGTH');
    return done({ checkValue: toHex(encryptEcb(cipher, data)) });
  },
});
