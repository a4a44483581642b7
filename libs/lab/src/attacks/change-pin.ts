/**
 * Changing a PIN makes an offset, and the record shows it. With an own card the attacker changes the
 * own PIN to a "new" one that is the victim's PIN block: the difference of two offsets is the difference
 * of two PINs, and the account numbers' difference is known.
 */
import { attack } from '../attack.js';
import { addDigits, subtractDigits } from '../decimalisation-questions.js';
import { offsetIn } from '../laboratory.js';

export const changePinAttack = attack({
  name: 'change-pin',
  title: "the attacker's own PIN changed to another customer's PIN block tells that PIN",
  source: 'Clulow 2003 (offset calculation belongs to issuance); Berkman, Ostrovsky 2007',
  roles: ['production'],
  insider: ['pinIssuance', 'production'],
  note: 'format 0 binds an account by XOR alone: where digits are looked at (legacy) the block is first translated to the own account',
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const victim = lab.customer(1, { pvk, tableId });
    const own = lab.customer(2, { pvk, tableId });
    const ownPin = lab.exposePin(own.pan);
    const pinBlock = lab.typed({ pin: ownPin, pan: own.pan, key });
    const stolen = lab.typed({ pin: lab.exposePin(victim.pan), pan: victim.pan, key });
    const change = async (newPinBlock: Uint8Array): Promise<string> => {
      const asked = { pan: own.pan, format: 'iso0' as const, key, pvk, record: own.record };
      const changed = await attacker.call('ChangePin', { ...asked, pinBlock, newPinBlock });
      say("ChangePin of the own PIN, the new one being the victim's PIN block");
      return changed.record;
    };
    const record = await attacker.firstOf([
      () => change(stolen),
      async () => {
        const iso0 = { key, format: 'iso0' as const };
        const accounts = { pan: victim.pan, newPan: own.pan };
        const asked = { ...accounts, pinBlock: stolen, from: iso0, to: iso0 };
        const moved = await attacker.call('TranslatePinBlock', asked);
        return change(moved.pinBlock);
      },
    ]);
    const natural = subtractDigits(ownPin, own.offset);
    const pin = addDigits(natural, offsetIn(record) ?? attacker.nothingLearnt());
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(victim.pan) };
  },
});
