import { dataCommand } from '../../declare/command.js';
import { done, refusal } from '../../outcome.js';

export const cancelMasterKeys = dataCommand({
  name: 'CancelMasterKeys',
  group: 'administration',
  title: 'breaks off a ceremony of master keys: the components so far are erased',
  source: 'PCI PIN Security Requirements, 12',
  roles: ['officer'],
  states: ['factory', 'operational'],
  changes: true,
  input: {},
  output: {},
  errors: ['NO_CEREMONY'],
  rules: [],
  run: (core) => (core.administration.masterKeys.cancel() ? done({}) : refusal('NO_CEREMONY')),
});
