import { dataCommand } from '../../declare/command.js';
import { done, refusal } from '../../outcome.js';
import { partyName } from './fields.js';

export const distrustAuthority = dataCommand({
  name: 'Tr34DistrustAuthority',
  group: 'tr34',
  title: 'takes an authority out: whom it certified can send and receive nothing from then on',
  source: 'ASC X9 TR-34:2019, 5',
  roles: ['officer'],
  changes: true,
  input: { authority: partyName('name of the authority') },
  output: {},
  errors: ['AUTHORITY_UNKNOWN'],
  rules: [],
  run(core, { authority }) {
    return core.tr34.distrust(authority) ? done({}) : refusal('AUTHORITY_UNKNOWN');
  },
});
