import { dataCommand } from '../../declare/command.js';
import { integer } from '../../declare/field.js';

export const completeMasterKeys = dataCommand({
  name: 'CompleteMasterKeys',
  group: 'administration',
  title: 'combines three or more components: the first master keys, or new ones beside the old',
  source: 'PCI PIN Security Requirements, 12; ANSI X9.24-1',
  roles: ['officer'],
  dual: true,
  states: ['factory', 'operational'],
  changes: true,
  input: {},
  output: { version: integer('version of the master keys', { min: 1, max: 255 }) },
  errors: ['SHARES_INCOMPLETE', 'COMPONENT_LENGTH', 'KEY_WEAK'],
  rules: ['M17.dual-control', 'M13.no-weak-key'],
  run: (core) => core.administration.complete(),
});
