import { createCipheriv } from 'node:crypto';
import { AesKey, DesKey, fromHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import { amexCsc, cavv, cvc3, cvv, cvv2, dcvv, icvv } from './index.js';

const cvk = DesKey.of(fromHex('99999999999999998888888888888888'));
const card = { cvk, pan: '2222222222222222', expiry: '3333' };
const full = { ...card, serviceCode: '111' };
const chip = {
  key: cvk,
  track: fromHex('5123456789012345D35121'),
  atc: fromHex('005E'),
  un: fromHex('00000899'),
};

/** ISO 9797-1 algorithm 3 over the digits, zero-filled to two blocks, in Visa's decimal digits. */
function decimalised(key: Uint8Array, digits: string): string {
  const des = (name: string, bytes: Uint8Array, block: Buffer) =>
    createCipheriv(name, bytes, null).setAutoPadding(false).update(block);
  const [one, two] = [digits.slice(0, 16), digits.slice(16).padEnd(16, '0')];
  const single = Buffer.concat([key.slice(0, 8), key.slice(0, 8)]);
  const first = des('des-ede', single, Buffer.from(one, 'hex'));
  const next = Buffer.from(two, 'hex').map((byte, i) => byte ^ first[i]!);
  const hex = des('des-ede', key, Buffer.from(next)).toString('hex');
  const letters = [...hex.replace(/\d/g, '')].map((letter) => 'abcdef'.indexOf(letter));
  return hex.replace(/[a-f]/g, '') + letters.join('');
}

describe('card values', () => {
  it('are CVVs of another service code, expiry or PAN', () => {
    expect(cvv(full)).toBe('361');
    expect(cvv2(card)).toBe('502');
    expect(icvv(card)).toBe('998');
    expect(dcvv({ ...full, atc: '2222' })).toBe('361');
    expect(dcvv({ ...full, atc: '0001' })).toBe(cvv({ ...full, pan: '0001222222222222' }));
    const tracking = {
      cvk,
      pan: card.pan,
      trackingNumber: '3333',
      resultCode: '1',
      secondFactorCode: '11',
    };
    expect(cavv(tracking)).toBe('361');
  });

  it('are longer when asked', () => {
    expect(cvv({ ...full, digits: 8 })).toMatch(/^361\d{5}$/);
    expect(cvv({ ...full, digits: 1 })).toBe('3');
    expect(cvc3({ ...chip, digits: 5 })).toMatch(/^\d{5}$/);
    expect(cvc3({ ...chip, digits: 1 })).toBe(cvc3({ ...chip, digits: 5 }).slice(4));
    expect(cvc3(chip)).toHaveLength(3);
  });

  it('have five, four and three digits for American Express', () => {
    const csc = amexCsc({ csck: cvk, pan: '371449635398431', expiry: '2512' });
    expect([csc.csc5, csc.csc4, csc.csc3].map((value) => value.length)).toEqual([5, 4, 3]);
  });

  it('are the digits of two chained blocks, then its letters less ten (OpenSSL)', () => {
    const text = (min: number, max = min) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
    const keys = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(keys, text(12, 19), text(4), text(3), (bytes, pan, expiry, serviceCode) => {
        const key = DesKey.of(bytes);
        const whole = decimalised(bytes, pan + expiry + serviceCode);
        expect(cvv({ cvk: key, pan, expiry, serviceCode, digits: 8 })).toBe(whole.slice(0, 8));
        const { csc5, csc4, csc3 } = amexCsc({ csck: key, pan, expiry });
        const amex = decimalised(bytes, pan.padEnd(19, '0') + expiry);
        expect(csc5 + csc4 + csc3).toBe(amex.slice(0, 12));
      }),
    );
  });

  it.each([
    ['PAN_INVALID: pan must be 12 to 19 digits', () => cvv({ ...full, pan: '1' })],
    ['PAN_INVALID: pan must be 12 to 19 digits', () => dcvv({ ...full, pan: '1', atc: '0001' })],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => amexCsc({ csck: cvk, pan: '1', expiry: '2512' }),
    ],
    ['EXPIRY_INVALID: expiry must be 4 digits', () => cvv({ ...full, expiry: '333' })],
    [
      'EXPIRY_INVALID: expiry must be 4 digits',
      () => amexCsc({ csck: cvk, pan: card.pan, expiry: '25' }),
    ],
    [
      'SERVICE_CODE_INVALID: serviceCode must be 3 digits',
      () => cvv({ ...full, serviceCode: '11' }),
    ],
    ['DIGITS_INVALID: digits must be 1 to 8', () => cvv({ ...full, digits: 0 })],
    ['DIGITS_INVALID: digits must be 1 to 8', () => cvv({ ...full, digits: 9 })],
    ['DIGITS_INVALID: digits must be 1 to 8', () => cvv({ ...full, digits: 2.5 })],
    ['ATC_INVALID: atc must be 4 digits', () => dcvv({ ...full, atc: '1' })],
    [
      'CAVV_INVALID: trackingNumber must be 4 digits',
      () =>
        cavv({
          cvk,
          pan: card.pan,
          trackingNumber: '333',
          resultCode: '1',
          secondFactorCode: '11',
        }),
    ],
    [
      'CAVV_INVALID: resultCode must be 1 digit',
      () =>
        cavv({
          cvk,
          pan: card.pan,
          trackingNumber: '3333',
          resultCode: '',
          secondFactorCode: '11',
        }),
    ],
    [
      'CAVV_INVALID: secondFactorCode must be 2 digits',
      () =>
        cavv({
          cvk,
          pan: card.pan,
          trackingNumber: '3333',
          resultCode: '1',
          secondFactorCode: '1',
        }),
    ],
    [
      'KEY_INVALID: key must be a two-key triple DES key',
      () => cvv({ ...full, cvk: DesKey.of(new Uint8Array(8)) }),
    ],
    [
      'KEY_INVALID: key must be a two-key triple DES key',
      () => cvv({ ...full, cvk: AesKey.of(new Uint8Array(16)) as never }),
    ],
    [
      'KEY_INVALID: key must be a two-key triple DES key',
      () => cvc3({ ...chip, key: DesKey.of(new Uint8Array(24)) }),
    ],
    [
      'BYTES_LENGTH: track must be 1 to 256 bytes',
      () => cvc3({ ...chip, track: new Uint8Array(0) }),
    ],
    [
      'BYTES_LENGTH: track must be 1 to 256 bytes',
      () => cvc3({ ...chip, track: new Uint8Array(257) }),
    ],
    ['BYTES_LENGTH: atc must be 2 bytes', () => cvc3({ ...chip, atc: new Uint8Array(3) })],
    ['BYTES_LENGTH: un must be 4 bytes', () => cvc3({ ...chip, un: 'x' as never })],
    ['DIGITS_INVALID: digits must be 1 to 5', () => cvc3({ ...chip, digits: 6 })],
    ['DIGITS_INVALID: digits must be 1 to 5', () => cvc3({ ...chip, digits: 0 })],
    ['DIGITS_INVALID: digits must be 1 to 5', () => cvc3({ ...chip, digits: 1.5 })],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});
