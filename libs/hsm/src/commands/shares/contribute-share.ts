import { keyCommand } from '../../declare/command.js';
import { bytes, secret, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { custodianDigest } from '../../tokens/header.js';
import { ceremonyId, checkValue } from '../fields.js';

export const contributeShare = keyCommand({
  name: 'ContributeShare',
  group: 'shares',
  title: 'takes a component that a custodian types, as a share of an open ceremony',
  source: 'PCI PIN Security Requirements, 12 (components)',
  roles: ['custodian'],
  changes: true,
  input: {
    ceremony: ceremonyId(),
    component: secret(bytes('component from the envelope', { min: 8, max: 32, step: 8 })),
  },
  output: {
    share: token('share', { types: KEY_TYPE_NAMES, part: 'share' }),
    checkValue: checkValue(),
  },
  errors: ['CEREMONY_UNKNOWN', 'COMPONENT_LENGTH', 'CUSTODIAN_REPEATED'],
  rules: [],
  run(t, { ceremony: id, component }, { identity, ceremonies }) {
    const ceremony = ceremonies.find(id) ?? t.refuse('CEREMONY_UNKNOWN');
    if (component.length !== ceremony.lengthBytes) t.refuse('COMPONENT_LENGTH');
    const index = ceremonies.contribute(id, identity) ?? t.refuse('CUSTODIAN_REPEATED');
    const share = t.clear(component, ceremony.algorithm);
    const facts = {
      ceremony: id,
      index,
      of: ceremony.custodians.length,
      custodian: custodianDigest(identity),
    };
    return {
      share: t.seal(share, { usage: ceremony.usage, part: 'share', share: facts }),
      checkValue: t.checkValue(share),
    };
  },
});
