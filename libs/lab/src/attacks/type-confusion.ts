/**
 * The VSM's type confusion: TMK and P are one type. An account number enters as a communications key,
 * and is sent to a "terminal" whose master key is the PIN derivation key: what comes back is the
 * account number under P, which is the natural PIN. Sixteen bytes carry two accounts at a time.
 */
import { fromHex } from '@pinfold/crypto';
import { decimalise } from '@pinfold/pin';
import { attack } from '../attack.js';
import { addDigits } from '../decimalisation-questions.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';

export const typeConfusion = attack({
  name: 'type-confusion',
  title: 'an account number as a key, and the PIN derivation key as a terminal key',
  source: 'Visa Security Module; Bond, CHES 2001',
  roles: ['keyManager', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const tableId = lab.table();
    const victims = [1, 2].map((n) => lab.customer(n, { pvk, tableId }));
    const accounts = victims.map(({ pan }) => validationDataOf(pan)).join('');
    const { key } = await attacker.call('EncryptCommsKey', { key: fromHex(accounts) });
    say('EncryptCommsKey takes two account numbers as a communications key');
    const { keyBlock } = await attacker.call('TranslateCommsKeyToTMK', { key, tmk: pvk });
    if (keyBlock.length !== accounts.length) attacker.nothingLearnt();
    say('TranslateCommsKeyToTMK with the PIN derivation key as TMK gives them enciphered under it');
    const pins = victims.map(({ offset }, i) => {
      const enciphered = keyBlock.slice(16 * i, 16 * i + offset.length);
      return addDigits(decimalise(enciphered, DECIMALISATION_TABLE), offset);
    });
    const verified = victims.every(({ pan }, i) => pins[i] === lab.exposePin(pan));
    return { obtained: `the PINs ${pins.join(' and ')} of two customers`, verified };
  },
});
