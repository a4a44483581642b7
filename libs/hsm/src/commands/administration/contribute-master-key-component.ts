import { dataCommand } from '../../declare/command.js';
import { bytes, integer, optional, secret } from '../../declare/field.js';

export const contributeMasterKeyComponent = dataCommand({
  name: 'ContributeMasterKeyComponent',
  group: 'administration',
  title: 'takes one component of the master keys, or makes one and seals it in an envelope',
  source: 'PCI PIN Security Requirements, 12; VSM master-key components',
  roles: ['custodian'],
  states: ['factory', 'operational'],
  changes: true,
  input: {
    component: optional(
      secret(bytes('component of the whole set', { min: 80, max: 160, step: 80 })),
    ),
  },
  output: { count: integer('components so far', { min: 1, max: 9 }) },
  errors: ['CUSTODIAN_REPEATED', 'CEREMONY_LIMIT', 'COMPONENT_LENGTH'],
  rules: [],
  run: (core, { component }, session) =>
    core.administration.masterKeys.contribute(session.nameWith('custodian'), component),
});
