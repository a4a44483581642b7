import { MAX_USERS } from '../../administration/users.js';
import { dataCommand } from '../../declare/command.js';
import { choice, flag, list, object, text } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { ROLE_NAMES } from '../../policy/roles.js';

export const listUsers = dataCommand({
  name: 'ListUsers',
  group: 'administration',
  title: 'tells who may log in, with which role, and who has to wait after wrong passphrases',
  source: 'FIPS 140-3, 7.4.4',
  roles: ['officer', 'auditor'],
  states: ['factory', 'initialised', 'operational'],
  input: {},
  output: {
    users: list(
      'people',
      object('a person', {
        name: text('name', { min: 1, max: 64 }),
        role: choice('role', ROLE_NAMES),
        waits: flag('delayed or locked now'),
      }),
      { min: 0, max: MAX_USERS },
    ),
  },
  errors: [],
  rules: [],
  run(core) {
    const { users } = core.administration;
    const waits = (name: string) => users.mustWait(name, core.now) !== undefined;
    return done({ users: users.list().map((user) => ({ ...user, waits: waits(user.name) })) });
  },
});
