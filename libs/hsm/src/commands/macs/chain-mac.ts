import { dataCommand } from '../../declare/command.js';
import { optional, token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { MAC_STATE, openMacState, sealMacState } from './mac-state.js';
import { chainMac, MAC_VARIANTS, macKey, macMembers, totalBytes } from './mac-variants.js';

export const chainMacPart = dataCommand({
  name: 'ChainMac',
  group: 'macs',
  title:
    'takes the first or a middle part of a message (whole blocks) and gives the state to carry',
  source: 'ISO/IEC 9797-1; NIST SP 800-38B; RFC 2104; payShield M6 (message blocks)',
  roles: ['production'],
  input: {
    ...macMembers,
    state: optional(token('state after the part before; absent on the first', MAC_STATE)),
    totalBytes: totalBytes(),
  },
  output: { state: token('state to carry, bound to key, algorithm and padding', MAC_STATE) },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(core, input) {
    const held = macKey(core, input);
    const before = input.state === undefined ? undefined : openMacState(core, input, input.state);
    if (held === undefined || (input.state !== undefined && before === undefined)) {
      return refusal('TOKEN_INVALID');
    }
    // Untyped tokens have no room for the state of a hash.
    const { cipher } = MAC_VARIANTS[input.algorithm];
    if (core.policy.mode === 'legacy' && cipher === 'hash') return refusal('INPUT_INVALID');
    const after = chainMac(held, input, { state: before, total: input.totalBytes });
    return after.ok ? done({ state: sealMacState(core, input, after.value) }) : after;
  },
});
