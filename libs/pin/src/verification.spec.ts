import { DesKey, desEncryptBlock, fromHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  decimalisationTable,
  decimalise,
  leftJustified,
  naturalPin,
  offsetOfPin,
  pinOfOffset,
  pvv,
  pvvOfWords,
  pvvParameterHi,
  pvvParameterLo,
  validationDataOf,
  validationDataOfPan,
  verifyIbm3624,
  verifyIbm3624Words,
  verifyPvv,
} from './index.js';
import { packDigits, wordAt } from './words.js';

const digits = (min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const hex16 = fc.string({
  unit: fc.constantFrom(...'0123456789ABCDEF'),
  minLength: 16,
  maxLength: 16,
});
const pvk = DesKey.of(fromHex('0123456789ABCDEFFEDCBA9876543210'));
const ibm = { pvk, decimalisationTable: '0123456789012345', validationData: '1122334455667788' };

describe('IBM 3624', () => {
  it('offset and PIN undo each other, at every length', () => {
    fc.assert(
      fc.property(digits(4, 12), digits(16), hex16, (pin, table, validationData) => {
        const input = { pvk, decimalisationTable: decimalisationTable(table), validationData };
        const offset = offsetOfPin({ ...input, pin });
        expect(offset).toHaveLength(pin.length);
        expect(pinOfOffset({ ...input, offset })).toBe(pin);
        expect(verifyIbm3624({ ...input, pin, offset })).toBe(true);
        expect(
          offsetOfPin({ ...input, pin: naturalPin({ ...input, length: pin.length }) }),
        ).toMatch(/^0+$/);
      }),
    );
  });

  it('sees any single wrong digit within the offset, and nothing beyond it', () => {
    const pin = '123456789012';
    for (const length of [4, 8, 9, 12]) {
      const offset = offsetOfPin({ ...ibm, pin, length });
      for (let i = 0; i < 12; i++) {
        const other = pin.slice(0, i) + ((Number(pin[i]) + 1) % 10) + pin.slice(i + 1);
        expect(verifyIbm3624({ ...ibm, pin: other, offset })).toBe(i >= length);
      }
    }
  });

  it('says the same in words', () => {
    fc.assert(
      fc.property(
        digits(4, 12),
        digits(4, 12),
        digits(16),
        hex16,
        (pin, guess, text, validationData) => {
          const table = decimalisationTable(text);
          const checkLength = Math.min(pin.length, guess.length);
          const offset = offsetOfPin({
            pvk,
            decimalisationTable: table,
            validationData,
            pin,
            length: checkLength,
          });
          const out = new Int32Array(2);
          const data = fromHex(validationData);
          desEncryptBlock(pvk, wordAt(data, 0), wordAt(data, 4), out);
          const [offsetHi, offsetLo] = leftJustified(offset);
          for (const tried of [pin, guess]) {
            const [pinHi, pinLo] = leftJustified(tried);
            const words = {
              hi: out[0]!,
              lo: out[1]!,
              table,
              offsetHi,
              offsetLo,
              pinHi,
              pinLo,
              checkLength,
            };
            const expected = verifyIbm3624({
              pvk,
              decimalisationTable: table,
              validationData,
              pin: tried,
              offset,
            });
            expect(verifyIbm3624Words(words)).toBe(expected ? 1 : 0);
          }
        },
      ),
    );
  });

  it('sees any single wrong digit in words too, in both words', () => {
    const pin = '123456789012';
    const table = decimalisationTable('0123456789012345');
    const out = new Int32Array(2);
    desEncryptBlock(pvk, 0x11223344, 0x55667788, out);
    const [offsetHi, offsetLo] = leftJustified(offsetOfPin({ ...ibm, pin }));
    for (let checkLength = 4; checkLength <= 12; checkLength++) {
      for (let i = 0; i < 12; i++) {
        for (const step of [1, 5, 9]) {
          const other = pin.slice(0, i) + ((Number(pin[i]) + step) % 10) + pin.slice(i + 1);
          const [pinHi, pinLo] = leftJustified(other);
          const words = { hi: out[0]!, lo: out[1]!, table, offsetHi, offsetLo, pinHi, pinLo };
          expect(verifyIbm3624Words({ ...words, checkLength })).toBe(i < checkLength ? 0 : 1);
        }
      }
    }
  });

  it('takes text for text alone, not what turns into text', () => {
    const boxed = (text: string) => Object(text) as string;
    const pan = '1122334455667788';
    expect(() =>
      validationDataOf({ template: boxed('12345678901N'), account: '400000123456' }),
    ).toThrow(/template must be/);
    expect(() => validationDataOfPan({ pan, start: 0, length: 4, pad: boxed('F') })).toThrow(
      /pad must be/,
    );
    expect(() => decimalisationTable(boxed('0123456789012345'))).toThrow(/16 decimal digits/);
    expect(() => decimalise(boxed('12'), '0123456789012345')).toThrow(/hexadecimal/);
  });

  it.each(['01234567890123456', 'A0123456789012345', '0123456789012345\n'])(
    'refuses the table %j',
    (text) => expect(() => decimalisationTable(text)).toThrow(/16 decimal digits/),
  );

  it('fills the template of the host commands', () => {
    expect(validationDataOf({ template: 'n23456789012', account: '400000123456' })).toBe(
      '2345623456789012',
    );
    expect(validationDataOf({ template: '12345678901N', account: '400000123456' })).toBe(
      '1234567890123456',
    );
    expect(validationDataOf({ template: 'ABCDEF012345', account: '400000123456' })).toBe(
      'ABCDEF012345FFFF',
    );
  });

  it('takes a part of the PAN, filled with any digit', () => {
    const pan = '1122334455667788';
    expect(validationDataOfPan({ pan, start: 0, length: 16, pad: 'F' })).toBe(pan);
    expect(validationDataOfPan({ pan, start: 12, length: 4, pad: 'd' })).toBe('7788DDDDDDDDDDDD');
    expect(validationDataOfPan({ pan, start: 0, length: 14, pad: '0' })).toBe('1122334455667700');
    for (const [start, length, pad] of [
      [0, 3, 'F'],
      [0, 17, 'F'],
      [13, 4, 'F'],
      [-1, 4, 'F'],
      [0.5, 4, 'F'],
      [0, 4.5, 'F'],
      [0, 4, 'FF'],
      [0, 4, 'G'],
    ] as const) {
      const call = () => validationDataOfPan({ pan, start, length, pad });
      const wrong =
        pad.length === 1 && pad !== 'G'
          ? 'start and length must name 4 to 16 digits within the PAN'
          : 'pad must be 1 hexadecimal digit';
      expect(call).toThrow(inputError(`VALIDATION_DATA_INVALID: ${wrong}`));
    }
    const long = { pan: '1122334455667788990', start: 0, length: 17, pad: 'F' };
    expect(() => validationDataOfPan(long)).toThrow(/4 to 16 digits/);
    const short = { start: 0, length: 4, pad: 'F' };
    expect(() => validationDataOfPan({ pan: '1', ...short })).toThrow(
      inputError('PAN_INVALID: pan must be 12 to 19 digits'),
    );
  });

  it.each([
    ['PIN_LENGTH_INVALID: length must be 4 to 12', () => naturalPin({ ...ibm, length: 3 })],
    ['PIN_LENGTH_INVALID: length must be 4 to 12', () => naturalPin({ ...ibm, length: 13 })],
    ['PIN_LENGTH_INVALID: length must be 4 to 12', () => naturalPin({ ...ibm, length: 4.5 })],
    [
      'DECIMALISATION_TABLE_INVALID: a decimalisation table must be 16 decimal digits',
      () => naturalPin({ ...ibm, length: 4, decimalisationTable: '012345678901234' }),
    ],
    [
      'DECIMALISATION_TABLE_INVALID: a decimalisation table must be 16 decimal digits',
      () => naturalPin({ ...ibm, length: 4, decimalisationTable: '012345678901234A' }),
    ],
    [
      'DECIMALISATION_TABLE_INVALID: a decimalisation table must be 16 decimal digits',
      () => decimalisationTable(1 as unknown as string),
    ],
    [
      'VALIDATION_DATA_INVALID: validationData must be 16 hexadecimal digits',
      () => naturalPin({ ...ibm, length: 4, validationData: '112233445566778' }),
    ],
    [
      'VALIDATION_DATA_INVALID: validationData must be 16 hexadecimal digits',
      () => naturalPin({ ...ibm, length: 4, validationData: '112233445566778G' }),
    ],
    ['PIN_INVALID: pin must be 4 to 12 digits', () => offsetOfPin({ ...ibm, pin: '123' })],
    [
      'OFFSET_LENGTH_INVALID: length must be 4 up to the length of the PIN',
      () => offsetOfPin({ ...ibm, pin: '1234', length: 5 }),
    ],
    [
      'OFFSET_LENGTH_INVALID: length must be 4 up to the length of the PIN',
      () => offsetOfPin({ ...ibm, pin: '1234', length: 3 }),
    ],
    [
      'OFFSET_LENGTH_INVALID: length must be 4 up to the length of the PIN',
      () => offsetOfPin({ ...ibm, pin: '12345', length: 4.5 }),
    ],
    ['OFFSET_INVALID: offset must be 4 to 12 digits', () => pinOfOffset({ ...ibm, offset: '123' })],
    [
      'OFFSET_INVALID: offset must be 4 to 12 digits',
      () => pinOfOffset({ ...ibm, offset: '1234567890123' }),
    ],
    [
      'OFFSET_INVALID: offset must be 4 to 12 digits',
      () => pinOfOffset({ ...ibm, offset: '123A' }),
    ],
    [
      'OFFSET_LENGTH_INVALID: offset must not be longer than the PIN',
      () => verifyIbm3624({ ...ibm, pin: '1234', offset: '12345' }),
    ],
    [
      'OFFSET_INVALID: offset must be 4 to 12 digits',
      () => verifyIbm3624({ ...ibm, pin: '1234', offset: '12' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => verifyIbm3624({ ...ibm, pin: '12', offset: '1234' }),
    ],
    [
      'ACCOUNT_INVALID: account must be 12 digits',
      () => validationDataOf({ template: '1234567890N9', account: '40000012345' }),
    ],
    [
      'VALIDATION_DATA_INVALID: template must be 12 hexadecimal digits, of which one may be N',
      () => validationDataOf({ template: '1234567890N', account: '400000123456' }),
    ],
    [
      'VALIDATION_DATA_INVALID: template must be 12 hexadecimal digits, of which one may be N',
      () => validationDataOf({ template: '12345678NN90', account: '400000123456' }),
    ],
    [
      'VALIDATION_DATA_INVALID: template must be 12 hexadecimal digits, of which one may be N',
      () => validationDataOf({ template: '12345678X090', account: '400000123456' }),
    ],
    [
      'VALIDATION_DATA_INVALID: template must be 12 hexadecimal digits, of which one may be N',
      () => validationDataOf({ template: 12 as unknown as string, account: '400000123456' }),
    ],
    ['DIGITS_INVALID: digits must be 1 to 16 digits', () => leftJustified('')],
    ['DIGITS_INVALID: digits must be 1 to 16 digits', () => leftJustified('12345678901234567')],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});

describe('Visa PVV', () => {
  const input = { pvk, pvki: '1', pan: '1122334455667788', pin: '4524' };

  it('verifies its own, and no other', () => {
    fc.assert(
      fc.property(digits(4, 12), digits(12, 19), digits(1), digits(4), (pin, pan, pvki, other) => {
        const right = pvv({ pvk, pin, pan, pvki });
        expect(right).toMatch(/^\d{4}$/);
        expect(verifyPvv({ pvk, pin, pan, pvki, pvv: right })).toBe(true);
        expect(verifyPvv({ pvk, pin, pan, pvki, pvv: other })).toBe(other === right);
        expect(pvv({ pvk, pin: `${pin.slice(0, 4)}99`, pan, pvki })).toBe(right);
      }),
    );
  });

  it('says the same in words', () => {
    const out = new Int32Array(2);
    const lo = pvvParameterLo(input.pan, 1) | packDigits('4524', 0, 4);
    desEncryptBlock(pvk, pvvParameterHi(input.pan), lo, out);
    expect(pvvOfWords(out[0]!, out[1]!)).toBe(0x8523);
  });

  it.each([
    ['PVKI_INVALID: pvki must be 1 digit', () => pvv({ ...input, pvki: '' })],
    ['PVKI_INVALID: pvki must be 1 digit', () => pvv({ ...input, pvki: '10' })],
    ['PVKI_INVALID: pvki must be 1 digit', () => pvv({ ...input, pvki: 'A' })],
    ['PAN_INVALID: pan must be 12 to 19 digits', () => pvv({ ...input, pan: '11223344556' })],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => pvv({ ...input, pan: '11223344556677889900' }),
    ],
    ['PIN_INVALID: pin must be 4 to 12 digits', () => pvv({ ...input, pin: '123' })],
    ['PVV_INVALID: pvv must be 4 digits', () => verifyPvv({ ...input, pvv: '123' })],
    ['PVV_INVALID: pvv must be 4 digits', () => verifyPvv({ ...input, pvv: '12345' })],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});
