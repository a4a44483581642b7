import { equalConstantTime } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { cutMac, generateMac, generateMessageMac } from './generate-message-mac.js';
import { MAX_MAC_BYTES, type MacAsked, MIN_MAC_BYTES } from './mac-variants.js';
import { MessageMacBatch } from './message-mac-batch.js';

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
  run: verify,
  batch: new MessageMacBatch(compared, verify),
});

type Input = MacAsked & { readonly state?: string; readonly mac: Uint8Array };
type Nothing = Record<never, never>;

function verify(core: Core, input: Input): Outcome<Nothing> {
  const made = generateMac(core, { ...input, macBytes: undefined });
  return made.ok ? compared(input, made.value.mac) : made;
}

function compared(input: Input, whole: Uint8Array): Outcome<Nothing> {
  const made = cutMac({ ...input, macBytes: input.mac.length }, whole);
  if (!made.ok) return made;
  return equalConstantTime(made.value.mac, input.mac) ? done({}) : refusal('MAC_INVALID');
}
