/**
 * Whoever may have offsets made with the bank's own table needs no trick: the offset of a PIN that he
 * types himself, for another's account, tells the natural PIN. The offset comes out by itself, or it
 * stands in a verification record that can be read.
 */
import { attack } from '../attack.js';
import { addDigits, subtractDigits } from '../decimalisation-questions.js';
import { offsetIn, validationDataOf } from '../laboratory.js';

const TYPED = '4711';

export const typedOffset = attack({
  name: 'typed-offset',
  title: "the offset of a PIN that the attacker typed tells another's natural PIN",
  source: 'Clulow 2003 (offset calculation belongs to issuance); IBM CCA DK PIN methods',
  roles: ['production'],
  insider: ['pinIssuance', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const { pan, offset: own } = lab.customer(1, { pvk, tableId });
    const pinBlock = lab.typed({ pin: TYPED, pan, key });
    const asked = { pinBlock, key, format: 'iso0' as const, pan, pvk };
    const offset = await attacker.firstOf([
      async () => {
        const validationData = validationDataOf(pan);
        const made = await attacker.call('CalculateOffset', {
          ...asked,
          validationData,
          table: tableId,
        });
        say(`CalculateOffset of the PIN ${TYPED}, typed for the victim's account`);
        return made.offset;
      },
      async () => {
        const method = 'ibm3624' as const;
        const made = await attacker.call('CreateVerificationRecord', { ...asked, method, tableId });
        say(`CreateVerificationRecord of the PIN ${TYPED}, typed for the victim's account`);
        return offsetIn(made.record) ?? attacker.nothingLearnt();
      },
    ]);
    const pin = addDigits(subtractDigits(TYPED, offset), own);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan) };
  },
});
