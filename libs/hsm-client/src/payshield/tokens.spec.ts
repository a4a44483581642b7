import fc from 'fast-check';
import { PAYSHIELD_ROLES, payshieldToken, readPayshieldToken } from './tokens.js';

const digits = (length: number) => '0123456789ABCDEF'.repeat(5).slice(0, length);
const block = (length: number) =>
  `S1${String(length).padStart(4, '0')}72TB00E00`.padEnd(length + 1, 'A');

it.each([
  digits(16),
  `U${digits(32)}`,
  `X${digits(32)}`,
  `T${digits(48)}`,
  `Y${digits(48)}`,
  block(112),
  block(96),
])('carries %s there and back in every role', (key) => {
  for (const role of PAYSHIELD_ROLES) {
    expect(readPayshieldToken(payshieldToken(role, key))).toEqual({ role, key });
  }
});

it.each([
  ['nothing', ''],
  ['a token of the device', digits(64)],
  ['no role', `payshield:${digits(16)}`],
  ['a role that there is not', `payshield:BDK:U${digits(32)}`],
  ['a key in small letters', `payshield:ZPK:U${digits(32).toLowerCase()}`],
  ['a key that is too short', `payshield:ZPK:U${digits(31)}`],
  ['a key and more', `payshield:ZPK:U${digits(32)}%02`],
  ['a key and a new line', `payshield:ZPK:U${digits(32)}\n`],
  ['a key block and more', `payshield:ZPK:${block(112)}12`],
  ['a key block cut off', `payshield:ZPK:${block(112).slice(0, -1)}`],
  [
    'a key block with what may follow fields',
    `payshield:ZPK:S1004072TB00E00%01#72${'A'.repeat(40)}`,
  ],
  ['something before it', ` payshield:ZPK:U${digits(32)}`],
])('reads no key out of %s', (_, text) => expect(readPayshieldToken(text)).toBeUndefined());

it('gives what it reads back as it was', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      const key = readPayshieldToken(`payshield:ZPK:${text}`);
      if (key !== undefined)
        expect(payshieldToken(key.role, key.key)).toBe(`payshield:ZPK:${text}`);
    }),
    { seed: 20261122 },
  );
});
