import { macOfMask } from '@pinfold/hsm';
import { ask, hexOf, testDevice, tokenOf, wire } from '../../testing.js';

const of = testDevice();
const mkAc = tokenOf(of, 'mkAc', '0123456789ABCDEFFEDCBA9876543210');
const DATA = wire('0102030405060708');
const MASK = wire('FFFFFFFF00000000');

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

const command = (mode: string, cryptogram: string, mask = MASK): string =>
  `K2${mode}0000${mkAc}${wire('4123456789012300')}${wire('0001')}${wire('00000000')}08${DATA};${cryptogram}${mask}`;

/** The cryptogram, found by its answer: a byte at a time, with a mask of that byte alone. */
function cryptogram(): string {
  const bytes = Buffer.alloc(8);
  for (let at = 0; at < 4; at++) {
    const mask = Buffer.alloc(8);
    mask[at] = 0xff;
    const right = (value: number): boolean => {
      bytes[at] = value;
      return ask(of, command('0', bytes.toString('latin1'), mask.toString('latin1'))) === 'K300';
    };
    bytes[at] = Array.from({ length: 256 }, (_, value) => value).find(right)!;
  }
  return bytes.toString('latin1');
}

it('verifies a mask by its MAC before what it lets through, in mode 1', () => {
  const right = cryptogram();
  const wrong = String.fromCharCode(right.charCodeAt(0) ^ 1) + right.slice(1);
  const mac = textOf(macOfMask(of.module.defaultLmk, bytesOf(MASK)));
  expect(ask(of, command('1', right) + mac)).toBe('K300');
  expect(ask(of, command('1', wrong) + mac)).toBe('K301');
  expect(ask(of, command('1', right, wire('FFFFFFF000000000')) + mac)).toBe('K306');
  expect(ask(of, command('1', right))).toBe('K315');
  expect(ask(of, command('0', right) + mac)).toBe('K315');
});

it('has MACs of masks that are one block of triple DES under pair 18-19 variant 2', () => {
  // OpenSSL: des-ede3 of the mask under 5B01010101010101 0101010101010101 5B01010101010101.
  const [variant, ...blocks] = of.module.lmks.map((lmk) => macOfMask(lmk, bytesOf(MASK)));
  expect(hexOf(textOf(variant!))).toBe('26CD23AA');
  expect(blocks.map(({ length }) => length)).toEqual([4, 4]);
  expect(blocks[0]).not.toEqual(blocks[1]);
});
