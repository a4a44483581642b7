import { dataCommand } from '../../declare/command.js';
import { done, refusal } from '../../outcome.js';

export const eraseOldMasterKeys = dataCommand({
  name: 'EraseOldMasterKeys',
  group: 'administration',
  title: 'ends a change of master keys: the old ones are gone',
  source: 'payShield BS (erase the key change storage)',
  roles: ['officer'],
  changes: true,
  input: {},
  output: {},
  errors: ['NO_OLD_KEYS'],
  rules: [],
  run: (core) => (core.eraseOldMasterKeys() ? done({}) : refusal('NO_OLD_KEYS')),
});
