/**
 * Tables are stored, and stored by somebody. One person who may both register and activate them brings
 * in a table of zeros, and the offset of an intercepted PIN block under it is the PIN.
 */
import { attack } from '../attack.js';
import { offsetIn, validationDataOf } from '../laboratory.js';

export const ownTable = attack({
  name: 'own-table',
  title: 'a table of zeros, registered and activated by one person',
  source: 'IBM CCA access control point 0356 (tables loaded and activated by different roles)',
  roles: ['keyManager', 'pinIssuance', 'production'],
  insider: ['officer', 'keyManager', 'pinIssuance', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const { pan } = lab.customer(1, { pvk, tableId: lab.table() });
    const pin = lab.exposePin(pan);
    const table = '0'.repeat(16);
    const { tableId } = await attacker.call('RegisterDecimalisationTable', { table });
    await attacker.call('ActivateDecimalisationTable', { tableId });
    say('RegisterDecimalisationTable of zeros, ActivateDecimalisationTable by the same person');
    const asked = {
      pinBlock: lab.typed({ pin, pan, key }),
      key,
      format: 'iso0' as const,
      pan,
      pvk,
    };
    const offset = await attacker.firstOf([
      async () => {
        const validationData = validationDataOf(pan);
        const made = await attacker.call('CalculateOffset', {
          ...asked,
          validationData,
          table: tableId,
        });
        return made.offset;
      },
      async () => {
        const method = 'ibm3624' as const;
        const made = await attacker.call('CreateVerificationRecord', { ...asked, method, tableId });
        return offsetIn(made.record) ?? attacker.nothingLearnt();
      },
    ]);
    say('an offset of an intercepted PIN block under it');
    return { obtained: `the PIN ${offset}`, verified: offset === pin };
  },
});
