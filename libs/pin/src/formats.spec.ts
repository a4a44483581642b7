/** What enters the block of each format, and what the oldest of them accept. */
import { fromHex, toHex } from '@pinfold/crypto';
import { decodePinBlock, encodePinBlock, PIN_BLOCK_FORMATS, type PinBlockFormat } from './index.js';

const clear = (Object.keys(PIN_BLOCK_FORMATS) as PinBlockFormat[]).filter(
  (format) => format !== 'iso4',
);
const cardKey = fromHex('0123456789ABCDEFFEDCBA9876543210');
const pan = '5555555551234567';

describe('the account', () => {
  const fill = (format: PinBlockFormat) =>
    ({ iso1: 'A1B2C3D4E5', docutel: '123456789' })[format as string];

  it('does not enter formats that have no account part', () => {
    for (const format of clear.filter((one) => PIN_BLOCK_FORMATS[one].account === 'none')) {
      const input = { format, pin: '1234', cardKey, oldPin: '5678', fill: fill(format) };
      expect(encodePinBlock({ ...input, pan })).toEqual(encodePinBlock(input));
    }
  });

  it('enters PLUS from the left, and the others from the right', () => {
    const other = (format: PinBlockFormat, account: string) =>
      toHex(encodePinBlock({ format, pin: '1234', pan: account, fill: 'FFFFFFFFFF' }));
    const [left, right] = ['9000000000000000000', '0000000000000000090'];
    for (const format of ['iso0', 'iso3', 'mastercard-pay-now-pay-later', 'as2805'] as const) {
      expect(other(format, left)).toBe(other(format, '0'.repeat(19)));
      expect(other(format, right)).not.toBe(other(format, '0'.repeat(19)));
    }
    expect(other('plus', right)).toBe(other('plus', '0'.repeat(19)));
    expect(other('plus', left)).not.toBe(other('plus', '0'.repeat(19)));
  });
});

describe('the key of the card', () => {
  it('enters by its left half, given alone or with the right one', () => {
    const block = (key: Uint8Array, oldPin?: string) =>
      toHex(
        encodePinBlock({
          format: oldPin === undefined ? 'visa-new-pin' : 'visa-new-pin-old-pin',
          pin: '9999',
          cardKey: key,
          oldPin,
        }),
      );
    expect(block(cardKey)).toBe('049999FF76543210');
    expect(block(cardKey.slice(0, 8))).toBe('049999FF76543210');
    expect(block(cardKey.slice(0, 8), '1234')).toBe('16AD99FF76543210');
  });
});

describe('Docutel and Diebold blocks', () => {
  it.each([
    ['docutel', '4123400123456789', '1234'],
    ['docutel', '5123450999999999', '12345'],
    ['docutel', '6123456000000000', '123456'],
    ['docutel', '3123000000000000', undefined],
    ['docutel', '7123456000000000', undefined],
    ['docutel', '4123410000000000', undefined],
    ['docutel', '4123401000000000', undefined],
    ['docutel', '41234000000000A0', undefined],
    ['docutel', 'A123400000000000', undefined],
    ['diebold', '1234FFFFFFFFFFFF', '1234'],
    ['diebold', '123456789012FFFF', '123456789012'],
    ['diebold', '123FFFFFFFFFFFFF', undefined],
    ['diebold', '1234567890123FFF', undefined],
    ['diebold', '1234FFFFFFFFFFF0', undefined],
    ['diebold', 'F1234FFFFFFFFFFF', undefined],
  ] as const)('%s %s: %s', (format, block, pin) =>
    expect(decodePinBlock({ format, block: fromHex(block) })).toEqual(
      pin === undefined ? { ok: false, code: 'PIN_BLOCK_INVALID' } : { ok: true, value: pin },
    ),
  );
});
