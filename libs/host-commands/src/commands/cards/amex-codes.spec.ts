import { readFileSync } from 'node:fs';
import { adjustOddParity, fromHex, toHex } from '@pinfold/crypto';
import { ask, testDevice, tokenOf } from '../../testing.js';

/** Codes that a second implementation made (vectors/generated/amex-csc.json). */
const file = new URL('../../../../../vectors/generated/amex-csc.json', import.meta.url);
const rows = JSON.parse(readFileSync(file, 'utf8')).tables[0].rows.slice(0, 50) as string[][];

const of = testDevice();

it('calculates and verifies the codes of other implementations', () => {
  for (const [csck, pan, expiry, csc5, csc4, csc3] of rows) {
    // Parity bits are no part of a DES key.
    const token = tokenOf(of, 'cvk', toHex(adjustOddParity(fromHex(csck!))));
    const card = `${token}${pan!.padEnd(19, '0')}${expiry}`;
    expect(ask(of, `RY30${card}`)).toBe(`RZ003${csc5}${csc4}${csc3}`);
    expect(ask(of, `RY40${card}${csc5}${csc4}${csc3}`)).toBe('RZ004000');
    expect(ask(of, `RY40${card}FFFFFFFFF${csc3}`)).toBe('RZ004110');
    const wrong = String((Number(csc5![0]) + 1) % 10) + csc5!.slice(1);
    expect(ask(of, `RY40${card}${wrong}${csc4}${csc3}`)).toBe('RZ014200');
    expect(ask(of, `RY40${card}${wrong}${csc4}FFF`)).toBe('RZ014201');
  }
});

it('makes keys, sends them out and takes them in', () => {
  const zmk = tokenOf(of, 'zmk', '0123456789ABCDEFFEDCBA9876543210');
  const made = ask(of, 'RY0;0U1');
  expect(made).toMatch(/^RZ000U[0-9A-F]{38}$/);
  const [token, check] = [made.slice(5, 38), made.slice(38)];
  const out = ask(of, `RY1${zmk}${token};X01`);
  expect(out.slice(0, 6)).toBe('RZ001X');
  expect(out.slice(-6)).toBe(check);
  expect(ask(of, `RY2${zmk}${out.slice(5, 38)};0U1`)).toBe(`RZ002${token}${check}`);
});
