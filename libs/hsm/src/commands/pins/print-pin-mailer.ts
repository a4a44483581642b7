import { dataCommand } from '../../declare/command.js';
import { text, token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { openPin, PIN_TOKEN } from '../../pin/pin-token.js';
import { pan } from '../fields.js';

export const printPinMailer = dataCommand({
  name: 'PrintPinMailer',
  group: 'pins',
  title: 'prints a stored PIN through the secure printer port; the host never sees it',
  source: 'payShield PE; PCI PIN Security Requirements, 32 (PIN mailers)',
  roles: ['pinIssuance'],
  changes: true,
  input: {
    storedPin: token('PIN under PMK', PIN_TOKEN),
    pan: pan(),
    addressee: text('whom the mailer is for', { min: 1, max: 128 }),
  },
  output: {},
  errors: ['TOKEN_INVALID'],
  rules: ['M12.type-bound'],
  run(core, { storedPin, pan: account, addressee }) {
    const pin = openPin(core, storedPin, account);
    if (pin === undefined) return refusal('TOKEN_INVALID');
    core.printer({ addressee, pin });
    return done({});
  },
});
