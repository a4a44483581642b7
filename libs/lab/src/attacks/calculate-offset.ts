/**
 * The offset of a PIN is PIN minus natural PIN. With a table that makes every natural digit 0, the
 * offset of an intercepted PIN block is the PIN itself.
 */
import { attack } from '../attack.js';
import { subtractDigits } from '../decimalisation-questions.js';
import { validationDataOf } from '../laboratory.js';

export const calculateOffsetAttack = attack({
  name: 'calculate-offset',
  title: 'an offset under a constant decimalisation table is the PIN',
  source: 'Clulow 2003; Bond, Zielinski, UCAM-CL-TR-560, 2003',
  roles: ['pinIssuance', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const zpk = lab.pinKey();
    const { pan, offset: own } = lab.customer(1, { pvk, tableId: lab.table() });
    const pin = lab.exposePin(pan);
    const { offset } = await attacker.call('CalculateOffset', {
      pinBlock: lab.typed({ pin, pan, key: zpk }),
      key: zpk,
      format: 'iso0',
      pan,
      pvk,
      validationData: validationDataOf(pan),
      table: '0'.repeat(16),
    });
    say('CalculateOffset on an intercepted PIN block with a table of zeros');
    const natural = subtractDigits(offset, own);
    return {
      obtained: `the PIN ${offset}, natural PIN ${natural}`,
      verified: offset === pin,
    };
  },
});
