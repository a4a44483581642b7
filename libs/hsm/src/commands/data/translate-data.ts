import { wipe } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { object } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { blockData, underBlockCipher, underKey } from './block-cipher.js';

export const translateData = dataCommand({
  name: 'TranslateData',
  group: 'data',
  title: 'brings data from under one key for data to under another; the host does not see it',
  source: 'NIST SP 800-38A; payShield M4',
  roles: ['production'],
  input: {
    from: object('key, mode and vector of the ciphertext', underKey),
    to: object('key, mode and vector of the answer', underKey),
    data: blockData('ciphertext'),
  },
  output: { data: blockData('ciphertext under the other key') },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, { from, to, data }) {
    const clear = underBlockCipher(core, 'decrypt', { ...from, data });
    if (!clear.ok) return clear;
    const again = underBlockCipher(core, 'encrypt', { ...to, data: clear.value });
    wipe(clear.value);
    return again.ok ? done({ data: again.value }) : again;
  },
});
