/** The account's words are what the definitions of PIN blocks, Visa PVV and IBM 3624 say of its digits. */
import { accountHi, accountLo, packDigits, pvvParameterHi, pvvParameterLo } from '@pinfold/pin';
import fc from 'fast-check';
import { Account } from './account.js';
import { validationData } from './verify.js';

const pans = fc.array(fc.nat(9), { minLength: 12, maxLength: 19 }).map((digits) => digits.join(''));

it('gives the words of every account', () => {
  const account = new Account();
  fc.assert(
    fc.property(pans, (pan) => {
      expect(account.read(pan)).toBe(true);
      const data = validationData(pan);
      const word = (from: number) => Number.parseInt(data.slice(from, from + 8), 16) | 0;
      expect([
        account.fieldHi,
        account.fieldLo,
        account.parameterHi,
        account.parameterLo,
        account.validationHi | 0,
        account.validationLo | 0,
      ]).toEqual([
        accountHi(pan),
        accountLo(pan),
        pvvParameterHi(pan),
        pvvParameterLo(pan, 0),
        word(0),
        word(8),
      ]);
    }),
  );
});

it.each([
  undefined,
  null,
  '',
  '1'.repeat(11),
  '1'.repeat(20),
  '40000000000000/0',
  '40000000000000:0',
  4e15,
])('refuses %p, and keeps the account before', (pan) => {
  const account = new Account();
  expect(account.read(pan)).toBe(false);
  account.read('4000000000000010');
  expect(account.read(pan)).toBe(false);
  expect(account.lo).toBe(packDigits('00000010', 0, 8));
});
