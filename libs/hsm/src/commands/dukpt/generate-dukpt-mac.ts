import { dataCommand } from '../../declare/command.js';
import { bytes, integer, optional } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { MAX_MAC_DATA_BYTES } from '../macs/mac.js';
import { dukptMac, MAX_DUKPT_MAC_BYTES } from './mac.js';
import { DUKPT_ERRORS, dukptMembers, sessionKeyOf, sharing } from './session-keys.js';

export const generateDukptMac = dataCommand({
  name: 'GenerateDukptMac',
  group: 'dukpt',
  title: 'makes the MAC of a response under a DUKPT session key',
  source: 'ANSI X9.24-1; ANSI X9.24-3; payShield GW',
  roles: ['production'],
  input: {
    ...dukptMembers,
    keys: sharing(),
    data: bytes('message', { min: 1, max: MAX_MAC_DATA_BYTES }),
    macBytes: optional(integer('length of the MAC', { min: 4, max: MAX_DUKPT_MAC_BYTES })),
  },
  output: { mac: bytes('MAC', { min: 4, max: MAX_DUKPT_MAC_BYTES }) },
  errors: [...DUKPT_ERRORS, 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap'],
  run(core, input) {
    const key = sessionKeyOf(core, input, input.keys === 'both' ? 'mac-both' : 'mac-response');
    if (!key.ok) return key;
    const mac = dukptMac(key.value, input.data);
    const length = input.macBytes ?? mac.length;
    return length > mac.length ? refusal('INPUT_INVALID') : done({ mac: mac.slice(0, length) });
  },
});
