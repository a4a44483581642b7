import { dataCommand } from '../../declare/command.js';
import { secret } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { blockData, underBlockCipher, underKey } from './block-cipher.js';

export const decryptData = dataCommand({
  name: 'DecryptData',
  group: 'data',
  title: 'deciphers whole blocks of data under a key for data',
  source: 'NIST SP 800-38A; NIST SP 800-67; FIPS 197; payShield M2',
  roles: ['production'],
  input: { ...underKey, data: blockData('ciphertext') },
  output: { data: secret(blockData('data, padded')) },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, input) {
    const data = underBlockCipher(core, 'decrypt', input);
    return data.ok ? done({ data: data.value }) : data;
  },
});
