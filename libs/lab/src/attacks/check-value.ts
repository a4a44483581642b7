/** A check value over data of the caller is an encipherment: an account number under P is the PIN. */
import { fromHex } from '@pinfold/crypto';
import { decimalise } from '@pinfold/pin';
import { attack } from '../attack.js';
import { addDigits } from '../decimalisation-questions.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';

export const checkValueAttack = attack({
  name: 'check-value',
  title: 'a check value over chosen data enciphers an account number under the PIN derivation key',
  source: 'Clulow 2003; ANSI X9.24-1 (check values over zeros)',
  roles: ['production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const { pan, offset } = lab.customer(1, { pvk, tableId: lab.table() });
    const { checkValue } = await attacker.call('KeyCheckValue', {
      key: pvk,
      data: fromHex(validationDataOf(pan)),
    });
    say('KeyCheckValue of the PIN derivation key over the account number');
    const natural = decimalise(checkValue.slice(0, offset.length), DECIMALISATION_TABLE);
    const pin = addDigits(natural, offset);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan) };
  },
});
