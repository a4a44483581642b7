/**
 * Guessing across: a few guesses at each of many accounts, so that no account comes to its limit. What
 * stands in the way is how many failures the device takes in all.
 */
import { attack } from '../attack.js';
import { LAB_DEVICE_FAILURES } from '../laboratory.js';

const GUESSES = ['1234', '0000', '2580', '1111'];
const ACCOUNTS = { small: 1_000, full: 5_000 } as const;

export const pinSpraying = attack({
  name: 'pin-spraying',
  title: 'a few guesses at each of many accounts',
  source: 'payShield security settings A5, A7; Bonneau, Preibusch, Anderson 2012 (banking PINs)',
  roles: ['production'],
  note: `the laboratory's device takes ${LAB_DEVICE_FAILURES} failures where a bank's takes 100,000; PINs are uniform, so that one guess in 10,000 is right: the limit bounds the rate, and nothing else can`,
  async run({ lab, attacker, options, say, progress }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const many = ACCOUNTS[options.effort];
    const customers = Array.from({ length: many }, (_, i) => lab.customer(i + 1, { pvk, tableId }));
    let found = 0;
    let right = 0;
    for (const pin of GUESSES) {
      progress(`guess ${pin}`);
      const inputs = customers.map(({ pan, record }) => {
        const pinBlock = lab.typed({ pin, pan, key });
        return { pinBlock, pan, key, format: 'iso0' as const, pvk, record };
      });
      const answers = await attacker.ask('VerifyPin', inputs);
      const hits = customers.filter((_, i) => answers[i]);
      found += hits.length;
      right += hits.filter(({ pan }) => lab.exposePin(pan) === pin).length;
    }
    const guesses = GUESSES.length * many;
    say(`VerifyPin of ${GUESSES.length} PINs at each of ${many} accounts`);
    return {
      obtained: `${found} PINs by ${guesses} guesses, no account at its limit`,
      verified: found === right,
      figures: { guesses, found },
    };
  },
});
