import { AesKey, fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import {
  decryptIso4,
  encryptIso4PinField,
  iso4PanField,
  iso4PinField,
  pinOfIso4PinField,
} from './index.js';

const key = AesKey.of(fromHex('00112233445566778899AABBCCDDEEFF'));
const refused = { ok: false, code: 'PIN_BLOCK_INVALID' };

describe('ISO 9564-1 format 4', () => {
  it('counts the PAN from 12 digits', () => {
    expect(toHex(iso4PanField('123456789012'))).toBe('01234567890120000000000000000000');
    expect(toHex(iso4PanField('1234567890123456789'))).toBe('71234567890123456789000000000000');
  });

  it('sees each single fault of a PIN field', () => {
    for (let length = 4; length <= 12; length++) {
      const good = iso4PinField({ pin: '9'.repeat(length), random: (n) => new Uint8Array(n) });
      expect(pinOfIso4PinField(good)).toEqual({ ok: true, value: '9'.repeat(length) });
      for (let nibble = 0; nibble < 16; nibble++) {
        const bad = Uint8Array.from(good);
        // 9 becomes C, A becomes 5.
        const change = nibble >= 2 && nibble < 2 + length ? 5 : 15;
        bad[nibble >> 1]! ^= nibble & 1 ? change : change << 4;
        expect(pinOfIso4PinField(bad)).toEqual(refused);
      }
      const random = Uint8Array.from(good);
      random[15]! ^= 1;
      expect(pinOfIso4PinField(random).ok).toBe(true);
    }
    // Whole fields of a length that no PIN has, right in everything else.
    for (const field of ['43123AAAAAAAAAAA', '4D1234567890123A', '40AAAAAAAAAAAAAA']) {
      expect(pinOfIso4PinField(fromHex(field + '00'.repeat(8)))).toEqual(refused);
    }
    const good = iso4PinField({ pin: '1234', random: (n) => new Uint8Array(n) });
    expect(pinOfIso4PinField(Uint8Array.of(...good, 0))).toEqual(refused);
    expect(pinOfIso4PinField([...good] as unknown as Uint8Array)).toEqual(refused);
    for (const head of ['43', '4D', '54', '04']) {
      expect(pinOfIso4PinField(fromHex(`${head}12345678901234${'00'.repeat(8)}`))).toEqual(refused);
    }
    expect(pinOfIso4PinField(new Uint8Array(15))).toEqual(refused);
    expect(pinOfIso4PinField('x' as unknown as Uint8Array)).toEqual(refused);
  });

  it('refuses a flipped bit anywhere in the block, with the odds of 128 bits of AES', () => {
    const pan = '4111111111111111';
    const pinField = iso4PinField({ pin: '1234', random: (n) => new Uint8Array(n) });
    const block = encryptIso4PinField({ key, pinField, pan });
    for (let bit = 0; bit < 128; bit++) {
      const bad = Uint8Array.from(block);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      expect(decryptIso4({ key, block: bad, pan })).toEqual(refused);
    }
  });

  it.each([
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => iso4PinField({ pin: '123', random: (n) => new Uint8Array(n) }),
    ],
    [
      'RANDOM_REQUIRED: random must be a source of random bytes',
      () => iso4PinField({ pin: '1234', random: undefined as never }),
    ],
    [
      'RANDOM_SOURCE: the random source must return as many bytes as asked',
      () => iso4PinField({ pin: '1234', random: () => new Uint8Array(7) }),
    ],
    ['PAN_INVALID: pan must be 12 to 19 digits', () => iso4PanField('12345678901')],
    [
      'PIN_FIELD_LENGTH: pinField must be 16 bytes',
      () => encryptIso4PinField({ key, pinField: new Uint8Array(8), pan: '123456789012' }),
    ],
    [
      'PIN_FIELD_LENGTH: pinField must be 16 bytes',
      () => encryptIso4PinField({ key, pinField: 'x' as never, pan: '123456789012' }),
    ],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});
