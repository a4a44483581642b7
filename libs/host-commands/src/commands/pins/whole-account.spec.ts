/** PIN blocks of ISO format 4, whose account number is the whole one, all the way from block to PVV. */
import { formatNamed } from '@pinfold/hsm';
import { ask, testDevice } from '../../testing.js';
import { account12Of } from './pin-fields.js';

const of = testDevice({ mode: 'hardened', without: ['authorisation-needed', 'no-weak-pins'] });
const pan = '4000006789012347';
const account = '000678901234';

const key = (header: string): string => {
  const reply = ask(of, `A00FFFS#${header}`);
  expect(reply.slice(0, 4)).toBe('A100');
  return reply.slice(4, -6);
};
const aes = { zpk: key('72A1B00N00'), tpk: key('71A1B00N00') };
const des = key('72T2B00N00');
const pvk = key('V2T2N00N00');
const table = ask(of, 'ED0123456789012345').slice(4);
const stored = ask(of, `BA1234F${account}`).slice(4);
const block = ask(of, `JG${aes.zpk}48${pan};${stored}`).slice(4);

it('keeps the PIN of a block bound to the same 12 digits as one of any other format', () => {
  expect(block).toMatch(/^[0-9A-F]{32}$/);
  expect(ask(of, `JE${aes.zpk}${block}48${pan};`)).toBe(`JF00${stored}`);
  expect(ask(of, `JE${aes.zpk}${block}48${pan.replace('6', '8')};`)).toBe('JF20');
});

it('verifies by PVV, by offset and by comparison', () => {
  const pvv = ask(of, `DG${pvk}${stored}${account}1`).slice(4);
  expect(ask(of, `EC${aes.zpk}${pvk}${block}48${pan};1${pvv}`)).toBe('ED00');
  const other = pvv === '0000' ? '0001' : '0000';
  expect(ask(of, `EC${aes.zpk}${pvk}${block}48${pan};1${other}`)).toBe('ED01');
  const offset = ask(of, `DE${pvk}${stored}04${account}${table}4000006789N7`).slice(4);
  const ibm = (number: string, last: string) =>
    ask(of, `EA${aes.zpk}${pvk}12${block}4804${number};${table}4000006789N7${last}`);
  expect(ibm(pan, offset)).toBe('EB02');
  expect(ibm(pan, `${String(Number(offset[0]) ^ 1)}${offset.slice(1)}`)).toBe('EB01');
  expect(ask(of, `BE${aes.zpk}${block}48${pan};${stored}`)).toBe('BF00');
});

it.each([pan, '412345678901234567', '123456789012', '1234567890128'])(
  'goes to format 01 and back for the account %s',
  (number) => {
    const digits = account12Of(number, '48');
    const pin = ask(of, `BA1234F${digits}`).slice(4);
    const old = ask(of, `JG${des}01${digits}${pin}`).slice(4);
    const moved = ask(of, `CC${des}${aes.zpk}12${old}0148${number};`);
    expect(moved).toMatch(/^CD0004[0-9A-F]{32}48$/);
    const back = ask(of, `CC${aes.zpk}${des}12${moved.slice(6, -2)}4801${number};`);
    expect(back).toBe(`CD0004${old}01`);
  },
);

it('takes as an account what the format of the block has', () => {
  expect(formatNamed('48')).toBe('iso4');
  expect(account12Of(pan, '48')).toBe(account);
  expect(account12Of('123456789012', '48')).toBe('012345678901');
  expect(account12Of('FFF412345678901234', '04')).toBe('345678901234');
  expect(account12Of(account, '01')).toBe(account);
});
