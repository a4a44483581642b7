import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { bytes, integer, optional, token } from '../../declare/field.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { MAC_STATE, openMacState } from './mac-state.js';
import {
  finishMac,
  MAC_VARIANTS,
  MAX_MAC_BYTES,
  type MacAsked,
  MIN_MAC_BYTES,
  macKey,
  macMembers,
} from './mac-variants.js';
import { MessageMacBatch } from './message-mac-batch.js';

export const generateMessageMac = dataCommand({
  name: 'GenerateMessageMac',
  group: 'macs',
  title: 'makes a MAC by a named algorithm, of a whole message or after its last part',
  source: 'ISO/IEC 9797-1; NIST SP 800-38B; RFC 2104; payShield M6',
  roles: ['production'],
  input: {
    ...macMembers,
    state: optional(token('state after the parts before', MAC_STATE)),
    macBytes: optional(
      integer('length of the MAC; the whole of it where nothing is said', {
        min: MIN_MAC_BYTES,
        max: MAX_MAC_BYTES,
      }),
    ),
  },
  output: { mac: bytes('MAC', { min: MIN_MAC_BYTES, max: MAX_MAC_BYTES }) },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run: generateMac,
  batch: new MessageMacBatch(cutMac, generateMac),
});

type Input = MacAsked & { readonly state?: string; readonly macBytes?: number };

/** The MAC of a message, cut to its length. */
export function generateMac(core: Core, input: Input): Outcome<{ mac: Uint8Array }> {
  const held = macKey(core, input);
  const before = input.state === undefined ? undefined : openMacState(core, input, input.state);
  if (held === undefined || (input.state !== undefined && before === undefined)) {
    return refusal('TOKEN_INVALID');
  }
  const made = finishMac(held, input, before);
  return made.ok ? cutMac(input, made.value) : made;
}

/** The left-most bytes, as many as are asked for. */
export function cutMac(
  { algorithm, macBytes }: Input,
  whole: Uint8Array,
): Outcome<{ mac: Uint8Array }> {
  const length = macBytes ?? whole.length;
  const { minBytes } = MAC_VARIANTS[algorithm];
  if (length < minBytes || length > whole.length) return refusal('INPUT_INVALID');
  return done({ mac: whole.slice(0, length) });
}
