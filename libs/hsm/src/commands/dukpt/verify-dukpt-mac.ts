import { equalConstantTime } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { MAX_MAC_DATA_BYTES } from '../macs/mac.js';
import { dukptMac, MAX_DUKPT_MAC_BYTES } from './mac.js';
import { DUKPT_ERRORS, dukptMembers, sessionKeyOf, sharing } from './session-keys.js';

export const verifyDukptMac = dataCommand({
  name: 'VerifyDukptMac',
  group: 'dukpt',
  title: 'verifies the MAC of a request under a DUKPT session key, in constant time',
  source: 'ANSI X9.24-1; ANSI X9.24-3; payShield GW',
  roles: ['production'],
  input: {
    ...dukptMembers,
    keys: sharing(),
    data: bytes('message', { min: 1, max: MAX_MAC_DATA_BYTES }),
    mac: bytes('MAC; shorter is the left-most part', { min: 4, max: MAX_DUKPT_MAC_BYTES }),
  },
  output: {},
  errors: [...DUKPT_ERRORS, 'INPUT_INVALID', 'MAC_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap'],
  run(core, input) {
    const key = sessionKeyOf(core, input, input.keys === 'both' ? 'mac-both' : 'mac-request');
    if (!key.ok) return key;
    const mac = dukptMac(key.value, input.data);
    if (input.mac.length > mac.length) return refusal('INPUT_INVALID');
    return equalConstantTime(mac.subarray(0, input.mac.length), input.mac)
      ? done({})
      : refusal('MAC_INVALID');
  },
});
