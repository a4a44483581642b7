import { dataCommand } from '../../declare/command.js';
import { text } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';

export const removeUser = dataCommand({
  name: 'RemoveUser',
  group: 'administration',
  title: 'removes a person and ends their sessions; two officers stay',
  source: 'FIPS 140-3, 7.4.4',
  roles: ['officer'],
  dual: true,
  states: ['factory', 'initialised', 'operational'],
  changes: true,
  input: { name: text('name', { min: 1, max: 64 }) },
  output: {},
  errors: ['USER_UNKNOWN', 'USER_NEEDED'],
  rules: ['M17.dual-control'],
  run(core, { name }) {
    const why = core.administration.users.remove(name);
    return why === undefined ? done({}) : refusal(why);
  },
});
