import { AesKey, type BlockKey, DesKey, fromHex, type RandomBytes, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import { inputError } from '../../crypto/src/testing.js';
import {
  decodePinBlock,
  decryptPinBlock,
  encodePinBlock,
  encryptPinBlock,
  formatOfCode,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
} from './index.js';

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const formats = Object.keys(PIN_BLOCK_FORMATS) as PinBlockFormat[];
const clear = formats.filter((format) => format !== 'iso4');
const seeded = (seed: number): RandomBytes => {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 16;
    });
};
const cardKey = fromHex('0123456789ABCDEFFEDCBA9876543210');
const des = DesKey.of(cardKey);
const aes = AesKey.of(cardKey);
const keyFor = (format: PinBlockFormat): BlockKey => (format === 'iso4' ? aes : des);
const pan = '5555555551234567';

describe('every format', () => {
  it('gives back the PIN, clear and enciphered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        digits(4, 12),
        digits(12, 19),
        digits(4, 12),
        fc.nat(),
        (format, text, account, oldPin, seed) => {
          const pin = text.slice(0, PIN_BLOCK_FORMATS[format].maxPin);
          const common = { format, pan: account, cardKey, oldPin };
          const random = seeded(seed);
          const key = keyFor(format);
          const block = encryptPinBlock({ ...common, pin, random, key });
          expect(block.length).toBe(PIN_BLOCK_FORMATS[format].blockBytes);
          expect(decryptPinBlock({ ...common, key, block })).toEqual({ ok: true, value: pin });
          if (format === 'iso4') return;
          const open = encodePinBlock({ ...common, pin, random });
          expect(decodePinBlock({ ...common, block: open })).toEqual({ ok: true, value: pin });
        },
      ),
    );
  });

  it.each(formats)('%s refuses a block of the wrong length, whatever it holds', (format) => {
    const size = PIN_BLOCK_FORMATS[format].blockBytes;
    for (const length of [0, size - 1, size + 1, 24]) {
      const block = new Uint8Array(length);
      const answer = decryptPinBlock({
        format,
        key: keyFor(format),
        block,
        pan,
        cardKey,
        oldPin: '1234',
      });
      expect(answer).toEqual({ ok: false, code: 'PIN_BLOCK_INVALID' });
    }
    const block = 'text' as unknown as Uint8Array;
    expect(
      decryptPinBlock({ format, key: keyFor(format), block, pan, cardKey, oldPin: '1234' }).ok,
    ).toBe(false);
  });

  it.each(clear)('%s refuses a clear block of the wrong length', (format) => {
    const input = { format, pan, cardKey, oldPin: '1234' };
    expect(decodePinBlock({ ...input, block: new Uint8Array(9) }).ok).toBe(false);
    expect(decodePinBlock({ ...input, block: 'x' as unknown as Uint8Array }).ok).toBe(false);
  });

  it('has a code of its own', () => {
    expect(new Set(formats.map((format) => PIN_BLOCK_FORMATS[format].code)).size).toBe(12);
    for (const format of formats) expect(formatOfCode(PIN_BLOCK_FORMATS[format].code)).toBe(format);
    expect(formatOfCode('99')).toBeUndefined();
    for (const format of formats) expect(PIN_BLOCK_FORMATS[format].name).toMatch(/\w{4}/);
  });

  it('answers the same for every fault, so that the answer tells nothing', () => {
    for (const hex of [
      'FFFFFFFFFFFFFFFF',
      '0000000000000000',
      '0D1261AAAAEDCBA9',
      '031261AAAAEDCBA9',
    ]) {
      expect(decodePinBlock({ format: 'iso0', block: fromHex(hex), pan })).toEqual({
        ok: false,
        code: 'PIN_BLOCK_INVALID',
      });
    }
  });

  it('binds the account in formats 0, 3, 4 and PLUS', () => {
    for (const format of ['iso0', 'iso3', 'iso4'] as const) {
      const block = encryptPinBlock({
        format,
        pin: '123456',
        pan,
        random: seeded(1),
        key: keyFor(format),
      });
      const other = decryptPinBlock({
        format,
        pan: '4111111111111111',
        block,
        key: keyFor(format),
      });
      expect(other).not.toEqual({ ok: true, value: '123456' });
    }
  });
});

describe('fill', () => {
  it('is A to F in format 3, all six in the long run, and digits in Docutel blocks', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed < 60; seed++) {
      const block = toHex(
        encodePinBlock({ format: 'iso3', pin: '0000', pan: '0000000000000', random: seeded(seed) }),
      );
      for (const nibble of block.slice(6)) seen.add(nibble);
      const old = toHex(encodePinBlock({ format: 'docutel', pin: '1234', random: seeded(seed) }));
      expect(old.slice(7)).toMatch(/^\d{9}$/);
    }
    expect([...seen].sort().join('')).toBe('ABCDEF');
  });

  it('takes sixteen random bits for each digit, scaled to the digits that it may be', () => {
    const from = (hex: string) => () => fromHex(hex);
    const any = '00001000200030004000500060007000FFFF0FFF';
    expect(toHex(encodePinBlock({ format: 'iso1', pin: '1234', random: from(any) }))).toBe(
      '14123401234567F0',
    );
    // The second digit begins where a tenth of 65536 has been counted off: 1999 is still 0.
    const digits = '00001999199A33333334CCCCCCCDFFFF8000';
    expect(toHex(encodePinBlock({ format: 'docutel', pin: '1234', random: from(digits) }))).toBe(
      '4123400001127895',
    );
  });

  it('can be given, in either case of letters', () => {
    expect(toHex(encodePinBlock({ format: 'iso1', pin: '1234', fill: 'a1b2c3d4e5' }))).toBe(
      '141234A1B2C3D4E5',
    );
    expect(
      toHex(
        encryptPinBlock({ format: 'iso4', pin: '1234', pan, fill: 'FFFFFFFFFFFFFFFF', key: aes }),
      ),
    ).toHaveLength(32);
  });
});

describe('broken preconditions', () => {
  const random = seeded(1);
  it.each([
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'iso2', pin: '123' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'iso2', pin: '1234567890123' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'iso2', pin: '12a4' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'iso2', pin: '12 4' }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'iso2', pin: 1234 as unknown as string }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 6 digits',
      () => encodePinBlock({ format: 'docutel', pin: '1234567', random }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encodePinBlock({ format: 'visa-new-pin-old-pin', pin: '1234', cardKey }),
    ],
    [
      'PIN_INVALID: pin must be 4 to 12 digits',
      () => encryptPinBlock({ format: 'iso4', pin: '123', pan, random, key: aes }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => encodePinBlock({ format: 'iso0', pin: '1234' }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => encodePinBlock({ format: 'iso0', pin: '1234', pan: '12345678901' }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => encodePinBlock({ format: 'iso0', pin: '1234', pan: '12345678901234567890' }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => decodePinBlock({ format: 'iso0', block: new Uint8Array(8) }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => decryptPinBlock({ format: 'iso4', block: new Uint8Array(16), key: aes }),
    ],
    [
      'PAN_INVALID: pan must be 12 to 19 digits',
      () => encryptPinBlock({ format: 'iso4', pin: '1234', random, key: aes }),
    ],
    [
      'FORMAT_NEEDS_KEY: format iso4 has no clear block; use encryptPinBlock',
      () => encodePinBlock({ format: 'iso4', pin: '1234', pan }),
    ],
    [
      'FORMAT_UNKNOWN: format must be one of PIN_BLOCK_FORMATS',
      () => encodePinBlock({ format: 'iso5' as PinBlockFormat, pin: '1234' }),
    ],
    [
      'FORMAT_UNKNOWN: format must be one of PIN_BLOCK_FORMATS',
      () => encodePinBlock({ format: 'toString' as PinBlockFormat, pin: '1234' }),
    ],
    [
      'RANDOM_REQUIRED: this format needs random (or fill)',
      () => encodePinBlock({ format: 'iso1', pin: '1234' }),
    ],
    [
      'RANDOM_REQUIRED: random must be a source of random bytes',
      () => encryptPinBlock({ format: 'iso4', pin: '1234', pan, key: aes }),
    ],
    [
      'RANDOM_SOURCE: the random source must return as many bytes as asked',
      () => encodePinBlock({ format: 'iso1', pin: '1234', random: () => new Uint8Array(1) }),
    ],
    [
      'FILL_INVALID: fill must be 10 hexadecimal digits',
      () => encodePinBlock({ format: 'iso1', pin: '1234', fill: 'FFF' }),
    ],
    [
      'FILL_INVALID: fill of this format must be made of the digits ABCDEF',
      () => encodePinBlock({ format: 'iso3', pin: '1234', pan, fill: '0123456789' }),
    ],
    [
      'FILL_INVALID: fill of this format must be made of the digits 0123456789',
      () => encodePinBlock({ format: 'docutel', pin: '1234', fill: 'ABCDEFABC' }),
    ],
    [
      'FILL_INVALID: fill must be 16 hexadecimal digits',
      () => encryptPinBlock({ format: 'iso4', pin: '1234', pan, fill: 'FF', key: aes }),
    ],
    [
      'CARD_KEY_INVALID: cardKey must be 8 or 16 bytes: its left half is key A',
      () => encodePinBlock({ format: 'visa-new-pin', pin: '1234' }),
    ],
    [
      'CARD_KEY_INVALID: cardKey must be 8 or 16 bytes: its left half is key A',
      () => encodePinBlock({ format: 'visa-new-pin', pin: '1234', cardKey: new Uint8Array(9) }),
    ],
    [
      'KEY_INVALID: this format needs a triple DES key',
      () => encryptPinBlock({ format: 'iso0', pin: '1234', pan, key: aes }),
    ],
    [
      'KEY_INVALID: format iso4 needs an AES key',
      () => encryptPinBlock({ format: 'iso4', pin: '1234', pan, random, key: des }),
    ],
    [
      'KEY_INVALID: this format needs a triple DES key',
      () => decryptPinBlock({ format: 'iso0', pan, block: new Uint8Array(8), key: aes }),
    ],
    [
      'KEY_INVALID: format iso4 needs an AES key',
      () => decryptPinBlock({ format: 'iso4', pan, block: new Uint8Array(16), key: des }),
    ],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));

  it('never show the value', () => {
    try {
      encodePinBlock({ format: 'iso0', pin: '98765x', pan });
    } catch (error) {
      expect(String(error)).not.toContain('98765');
    }
  });
});
