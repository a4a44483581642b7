import { dataCommand } from '../../declare/command.js';
import { done } from '../../outcome.js';

export const activateDevice = dataCommand({
  name: 'ActivateDevice',
  group: 'administration',
  title: 'makes an initialised device operational',
  source: 'FIPS 140-3, 7.4',
  roles: ['officer'],
  dual: true,
  states: ['initialised'],
  changes: true,
  input: {},
  output: {},
  errors: [],
  rules: ['M17.dual-control'],
  run(core) {
    core.moveTo('activate');
    return done({});
  },
});
