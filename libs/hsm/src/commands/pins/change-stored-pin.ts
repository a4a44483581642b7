import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { chosenPin } from '../../pin/customer-pin.js';
import { PIN_TOKEN, sealPin } from '../../pin/pin-token.js';
import { pinBlock } from '../fields.js';
import {
  BLOCK_KEY,
  judgeStoredPin,
  STORED_PIN_ERRORS,
  STORED_PIN_RULES,
  STORED_PIN_VERDICTS,
  storedPinMembers,
} from './stored-pin.js';

export const changeStoredPin = dataCommand({
  name: 'ChangeStoredPin',
  group: 'pins',
  title: 'verifies the old PIN against the stored one and stores the new one',
  source: 'VSM (PIN under PMK); ISO 9564-1, 7.3 and 8',
  roles: ['pinIssuance'],
  input: { ...storedPinMembers, newPinBlock: pinBlock() },
  output: { storedPin: token('new PIN under PMK', PIN_TOKEN) },
  errors: [...STORED_PIN_ERRORS, 'PIN_WEAK'],
  verdicts: [...STORED_PIN_VERDICTS, 'PIN_WEAK'],
  rules: ['M7.issuance-role', 'M7.account-bound-issuance', ...STORED_PIN_RULES],
  run(core, input) {
    const bound = core.policy.judge('M7.account-bound-issuance', { format: input.format });
    if (bound !== undefined) return bound;
    const judged = judgeStoredPin(core, input);
    if (!judged.ok) return judged;
    const key = core.keys.open(input.key, BLOCK_KEY)!;
    const { pan, format, newPinBlock } = input;
    const pin = chosenPin(core, key, { pan, format, pinBlock: newPinBlock });
    return pin.ok ? done({ storedPin: sealPin(core, pin.value, pan) }) : pin;
  },
});
