/**
 * Guessing: one account, every PIN in turn, typed at a terminal. Nothing leaks but the verdict; what
 * stands in the way is how many wrong guesses a device takes.
 */
import { attack } from '../attack.js';

const PINS = 10_000;
const BATCH = 500;

export const pinExhaustion = attack({
  name: 'pin-exhaustion',
  title: 'guessing PINs of one account until one is right',
  source: 'payShield security settings A5, A7; Focardi, Luccio 2010 (limits)',
  roles: ['production'],
  note: 'the clock of the device stands still: a limit that refills lets one more guess through each time, see the reference of limits',
  async run({ lab, attacker, say, progress }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const { pan, record } = lab.customer(1, { pvk, tableId: lab.table() });
    for (let from = 0; from < PINS; from += BATCH) {
      progress(`guess ${from}`);
      const pins = Array.from({ length: BATCH }, (_, i) => String(from + i).padStart(4, '0'));
      const inputs = pins.map((pin) => ({
        pinBlock: lab.typed({ pin, pan, key }),
        pan,
        key,
        format: 'iso0' as const,
        pvk,
        record,
      }));
      const answers = await attacker.ask('VerifyPin', inputs);
      const pin = pins[answers.indexOf(true)];
      if (pin === undefined) continue;
      say(`VerifyPin said yes to guess ${Number(pin) + 1}`);
      const calls = [Number(pin) + 1];
      return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan), calls };
    }
    return attacker.nothingLearnt();
  },
});
