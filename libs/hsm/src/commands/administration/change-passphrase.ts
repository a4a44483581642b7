import { dataCommand } from '../../declare/command.js';
import { secret, text } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { ROLE_NAMES } from '../../policy/roles.js';

export const changePassphrase = dataCommand({
  name: 'ChangePassphrase',
  group: 'administration',
  title: "changes the caller's own passphrase",
  source: 'FIPS 140-3, 7.4.4',
  roles: ROLE_NAMES,
  states: ['factory', 'initialised', 'operational'],
  changes: true,
  input: { passphrase: secret(text('new passphrase', { min: 1, max: 128 })) },
  output: {},
  errors: ['USER_UNKNOWN', 'PASSPHRASE_WEAK'],
  rules: [],
  run(core, { passphrase }, session) {
    const why = core.administration.users.change(session.name, passphrase);
    return why === undefined ? done({}) : refusal(why);
  },
});
