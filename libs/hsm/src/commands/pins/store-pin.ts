import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { chosenPin } from '../../pin/customer-pin.js';
import { PIN_TOKEN, sealPin } from '../../pin/pin-token.js';
import { BLOCK_KEY, storedPinMembers } from './stored-pin.js';

const { storedPin: _, ...members } = storedPinMembers;

export const storePin = dataCommand({
  name: 'StorePin',
  group: 'pins',
  title: 'puts a PIN that a customer chose under the PMK, bound to its account; no weak ones',
  source: 'VSM (PIN under PMK); ISO 9564-1, 7.3 and 8; payShield JC, JE',
  roles: ['pinIssuance'],
  input: members,
  output: { storedPin: token('PIN under PMK', PIN_TOKEN) },
  errors: ['TOKEN_INVALID', 'FORMAT_REFUSED', 'PIN_BLOCK_INVALID', 'PIN_WEAK'],
  verdicts: ['PIN_BLOCK_INVALID', 'PIN_WEAK'],
  rules: ['M7.issuance-role', 'M12.type-bound', 'M9.one-usage', 'M7.account-bound-issuance'],
  run(core, input) {
    const key = core.keys.open(input.key, BLOCK_KEY);
    if (key === undefined) return refusal('TOKEN_INVALID');
    const pin = chosenPin(core, key, input);
    return pin.ok ? done({ storedPin: sealPin(core, pin.value, input.pan) }) : pin;
  },
});
