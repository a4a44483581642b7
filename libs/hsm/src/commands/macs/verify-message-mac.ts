import { equalConstantTime } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { generateMessageMac } from './generate-message-mac.js';
import { MAX_MAC_BYTES, MIN_MAC_BYTES } from './mac-variants.js';

const { macBytes: _, ...members } = generateMessageMac.input;

export const verifyMessageMac = dataCommand({
  name: 'VerifyMessageMac',
  group: 'macs',
  title: 'verifies a MAC by a named algorithm, of a whole message or after its last part',
  source: 'ISO/IEC 9797-1; NIST SP 800-38B; RFC 2104; payShield M8',
  roles: ['production'],
  input: { ...members, mac: bytes('MAC', { min: MIN_MAC_BYTES, max: MAX_MAC_BYTES }) },
  output: {},
  errors: ['TOKEN_INVALID', 'INPUT_INVALID', 'MAC_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(core, input, session) {
    const asked = { ...input, macBytes: input.mac.length };
    const made = generateMessageMac.run(core, asked, session);
    if (!made.ok) return made;
    return equalConstantTime(made.value.mac, input.mac) ? done({}) : refusal('MAC_INVALID');
  },
});
