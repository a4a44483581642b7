import { keyCommand } from '../../declare/command.js';
import { ceremonyId } from '../fields.js';

export const closeCeremony = keyCommand({
  name: 'CloseCeremony',
  group: 'shares',
  title: 'ends a ceremony without a key; its shares are worthless from then on',
  source: 'PCI PIN Security Requirements, 12',
  roles: ['keyManager'],
  changes: true,
  input: { ceremony: ceremonyId() },
  output: {},
  errors: ['CEREMONY_UNKNOWN'],
  rules: [],
  run(t, { ceremony }, { ceremonies }) {
    if (!ceremonies.close(ceremony)) t.refuse('CEREMONY_UNKNOWN');
    return {};
  },
});
