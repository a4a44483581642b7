import { dataCommand } from '../../declare/command.js';
import { choice, secret, text } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { ROLE_NAMES } from '../../policy/roles.js';

export const createUser = dataCommand({
  name: 'CreateUser',
  group: 'administration',
  title: 'adds a person with one role and a passphrase',
  source: 'FIPS 140-3, 7.4.4 (identity-based authentication)',
  roles: ['officer'],
  dual: true,
  states: ['factory', 'initialised', 'operational'],
  changes: true,
  input: {
    name: text('name', { min: 1, max: 64 }),
    role: choice('role', ROLE_NAMES),
    passphrase: secret(text('passphrase', { min: 1, max: 128 })),
  },
  output: {},
  errors: ['USER_EXISTS', 'USER_LIMIT', 'PASSPHRASE_WEAK'],
  rules: ['M17.dual-control'],
  run(core, { name, role, passphrase }) {
    const why = core.administration.users.add({ name, role }, passphrase);
    return why === undefined ? done({}) : refusal(why);
  },
});
