import { ask, testDevice, tokenOf } from '../../testing.js';

const of = testDevice();
const account = '000012345678';
const single = tokenOf(of, 'pvk', '0123456789ABCDEF', 'Z');
const double = tokenOf(of, 'pvk', '0123456789ABCDEFFEDCBA9876543210');
const zpk = tokenOf(of, 'zpk', '0123456789ABCDEFFEDCBA9876543210');
const TABLE = '0123456789012345';
const stored = ask(of, `BA1234F${account}`).slice(4);
const block = ask(of, `JG${zpk}01${account}${stored}`).slice(4);
const offsetFor = (pvk: string, data: string, table = TABLE, lmk = '') =>
  ask(of, `DE${pvk}${stored}04${account}${table}${data}${lmk}`);

it('warns of a PVK that is longer than the method has, and goes on', () => {
  const data = '00001234567N';
  const [one, two] = [offsetFor(single, data), offsetFor(double, data)];
  expect([one.slice(0, 4), two.slice(0, 4)]).toEqual(['DF00', 'DF02']);
  const ibm = `04${account}${TABLE}${data}`;
  const verify = (pvk: string, offset: string) =>
    ask(of, `EA${zpk}${pvk}12${block}01${ibm}${offset.slice(4)}`);
  expect([verify(single, one), verify(double, two)]).toEqual(['EB00', 'EB02']);
  expect([verify(single, two), verify(double, one)]).toEqual(['EB01', 'EB01']);
  expect(ask(of, `EE${single}${one.slice(4)}${ibm}`)).toBe(`EF00${stored}`);
  expect(ask(of, `EE${double}${two.slice(4)}${ibm}`)).toBe(`EF02${stored}`);
});

it('takes sixteen digits of validation data as they are after P', () => {
  const whole = offsetFor(single, 'P0000123456745678');
  expect(whole).toMatch(/^DF00\d{4}F{8}$/);
  // The template fills the same digits: eleven, the last five of the account, filled with F.
  expect(offsetFor(single, '00001234567N')).toBe(offsetFor(single, 'P0000123456745678'));
  expect(offsetFor(single, 'P00001234567ABCDE')).toMatch(/^DF00/);
  expect(offsetFor(single, 'P0000123456745G78')).toBe('DF15');
  expect(offsetFor(single, 'P000012345674567')).toBe('DF15');
});

it('takes tables as ED gives them, too, in the form of the LMK', () => {
  const clear = offsetFor(single, '00001234567N');
  const sealed = ask(of, `ED${TABLE}`).slice(4);
  expect(sealed).toMatch(/^[0-9A-F]{16}$/);
  expect(offsetFor(single, '00001234567N', sealed)).toBe(clear);
  const aes = ask(of, `ED${TABLE}%01`).slice(4);
  expect(aes).toMatch(/^L[0-9A-F]{32}$/);
  expect(ask(of, `CS${aes}%01`)).toBe('CT00');
  expect(ask(of, `CS${aes}%00`)).toBe('CT25');
  expect(ask(of, `CS${sealed}%01`)).toBe('CT25');
  const altered = `${aes.slice(0, -1)}${aes.endsWith('0') ? '1' : '0'}`;
  expect(ask(of, `CS${altered}%01`)).toBe('CT25');
  expect(ask(of, `ED${TABLE}%02`)).toMatch(/^EE00[0-9A-F]{16}$/);
  expect(offsetFor(single, '00001234567N', 'FFFFFFFFFFFFFFFF')).toBe('DF25');
});
