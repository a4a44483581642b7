import { dataCommand } from '../../declare/command.js';
import { done } from '../../outcome.js';
import { dukptCbc, dukptData, iv } from './data.js';
import { DUKPT_ERRORS, dukptMembers, sessionKeyOf, sharing } from './session-keys.js';

export const encryptDukptData = dataCommand({
  name: 'EncryptDukptData',
  group: 'dukpt',
  title: 'enciphers the data of a response under a DUKPT session key, in CBC',
  source: 'ANSI X9.24-1; ANSI X9.24-3; payShield M0',
  roles: ['production'],
  input: { ...dukptMembers, keys: sharing(), iv: iv(), data: dukptData('data, padded') },
  output: { data: dukptData('ciphertext') },
  errors: [...DUKPT_ERRORS, 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap'],
  run(core, input) {
    const key = sessionKeyOf(core, input, input.keys === 'both' ? 'data-both' : 'data-response');
    if (!key.ok) return key;
    const data = dukptCbc(key.value, 'encrypt', input);
    return data.ok ? done({ data: data.value }) : data;
  },
});
