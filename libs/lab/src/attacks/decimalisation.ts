/**
 * Decimalisation tables with PINs that the attacker types. First one-hot tables: with the digit d
 * alone mapped to 1 and the PIN for "no 1 anywhere" typed, a wrong PIN says that d occurs. Then, among
 * what is left, the most balanced question each time. The attacker types a PIN at a terminal to get
 * each encrypted PIN block; the customer's own offset and record are used as they are.
 */
import { attack, type Scene } from '../attack.js';
import { Stopped } from '../attacker.js';
import { addDigits, moved } from '../decimalisation-questions.js';
import {
  type Customer,
  DECIMALISATION_TABLE,
  type Laboratory,
  validationDataOf,
} from '../laboratory.js';
import { bestQuestion, divide, packPins, type Question } from '../tree.js';

const DIGITS = 4;
const VICTIMS = { small: 6, full: 200 } as const;
const ALL = packPins(DIGITS);

export const decimalisation = attack({
  name: 'decimalisation',
  title: 'decimalisation tables, with PINs that the attacker types',
  source: 'Bond, Zielinski, UCAM-CL-TR-560, 2003; Clulow 2003',
  roles: ['production'],
  note: 'one-hot tables until every digit of the PIN is known, then the most balanced question; natural PINs as the device makes them',
  async run(scene) {
    const { lab, attacker, options, say, progress } = scene;
    const keys = { pvk: lab.key('P', { usage: 'PGK' }), zpk: lab.pinKey(), tableId: lab.table() };
    const calls: number[] = [];
    const many = VICTIMS[options.effort];
    let found = 0;
    let stopped: Stopped | undefined;
    for (let n = 1; n <= many; n++) {
      progress(`customer ${n} of ${many}`);
      const customer = lab.customer(n, keys);
      const before = attacker.calls;
      try {
        const natural = await naturalPinOf(scene, { ...keys, customer });
        if (addDigits(natural, customer.offset) === lab.exposePin(customer.pan)) found += 1;
        calls.push(attacker.calls - before);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        stopped ??= error;
      }
    }
    if (found === 0 && stopped !== undefined) throw stopped;
    say(`one-hot tables and typed PINs, then the tree, for ${many} customers`);
    return {
      obtained: `${found} of ${many} PINs`,
      verified: found === calls.length,
      share: found / many,
      calls,
      figures: { publishedMean: 15 },
    };
  },
});

interface Target {
  readonly pvk: string;
  readonly zpk: string;
  readonly customer: Customer;
}

async function naturalPinOf({ lab, attacker }: Scene, target: Target): Promise<string> {
  let left = ALL;
  const ask = async (question: Question): Promise<void> => {
    const parts = divide(left, question, DIGITS);
    if (parts.yes.length === 0 || parts.no.length === 0) return;
    const [answer] = await attacker.ask('PIN_V', [inputOf(lab, target, question)]);
    left = answer ? parts.yes : parts.no;
  };
  for (let digit = 0; digit < 10; digit++) await ask({ subset: 1 << digit, pattern: 0 });
  while (left.length > 1) await ask(bestQuestion(left, DIGITS));
  return [...left[0]!.toString(16).padStart(DIGITS, '0')].reverse().join('');
}

/** A two-valued table: 1 for the digits of class A, 0 for the others; the typed PIN is the pattern. */
function inputOf(lab: Laboratory, { pvk, zpk, customer }: Target, question: Question) {
  const { pan, offset, record } = customer;
  const table = [...DECIMALISATION_TABLE]
    .map((digit) => (question.subset >> Number(digit)) & 1)
    .join('');
  return {
    pinBlock: lab.typed({ pin: moved(offset, question, 1), pan, key: zpk }),
    key: zpk,
    format: 'iso0' as const,
    pan,
    pvk,
    validationData: validationDataOf(pan),
    length: DIGITS,
    table,
    offset,
    record,
  };
}
