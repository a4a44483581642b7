import { dataCommand } from '../../declare/command.js';
import { done } from '../../outcome.js';
import { dukptCbc, dukptData, iv } from './data.js';
import { DUKPT_ERRORS, dukptMembers, sessionKeyOf, sharing } from './session-keys.js';

export const decryptDukptData = dataCommand({
  name: 'DecryptDukptData',
  group: 'dukpt',
  title: 'deciphers the data of a request under a DUKPT session key, in CBC',
  source: 'ANSI X9.24-1; ANSI X9.24-3; payShield M2',
  roles: ['production'],
  input: { ...dukptMembers, keys: sharing(), iv: iv(), data: dukptData('ciphertext') },
  output: { data: dukptData('data, padding included') },
  errors: [...DUKPT_ERRORS, 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap'],
  run(core, input) {
    const key = sessionKeyOf(core, input, input.keys === 'both' ? 'data-both' : 'data-request');
    if (!key.ok) return key;
    const data = dukptCbc(key.value, 'decrypt', input);
    return data.ok ? done({ data: data.value }) : data;
  },
});
