/**
 * Whoever may calculate offsets with the bank's own table needs no trick: the offset of a PIN that he
 * types himself, for another's account, tells the natural PIN. Only the role stands in the way.
 */
import { attack } from '../attack.js';
import { addDigits, subtractDigits } from '../decimalisation-questions.js';
import { validationDataOf } from '../laboratory.js';

const TYPED = '0000';

export const typedOffset = attack({
  name: 'typed-offset',
  title: "the offset of a PIN that the attacker typed tells another's natural PIN",
  source: 'Clulow 2003 (offset calculation belongs to issuance)',
  roles: ['production'],
  insider: ['pinIssuance', 'production'],
  note: 'a member of the PIN issuance role can do this by the nature of the role; the rules keep everybody else from it',
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const zpk = lab.pinKey();
    const tableId = lab.table();
    const { pan, offset: own } = lab.customer(1, { pvk, tableId });
    const { offset } = await attacker.call('CalculateOffset', {
      pinBlock: lab.typed({ pin: TYPED, pan, key: zpk }),
      key: zpk,
      format: 'iso0',
      pan,
      pvk,
      validationData: validationDataOf(pan),
      table: tableId,
    });
    say(`CalculateOffset of the PIN ${TYPED}, typed for the victim's account`);
    const pin = addDigits(subtractDigits(TYPED, offset), own);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan) };
  },
});
