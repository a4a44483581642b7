import fc from 'fast-check';
import { codeOf } from '../test/oracle.js';
import { concatBytes, equalConstantTime, fromHex, toHex, wipe, xorBytes } from './index.js';

const bytes = fc.uint8Array({ maxLength: 64 });

describe('hex', () => {
  it('survives the round trip in both cases', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromHex(toHex(value).toLowerCase())).toEqual(value);
      }),
    );
  });

  it('is upper case with leading zeros', () => {
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe('000AFF');
    expect(toHex(new Uint8Array())).toBe('');
    expect(fromHex('')).toEqual(new Uint8Array());
  });

  it('takes a Buffer and a view into a larger buffer', () => {
    expect(toHex(Buffer.from([1, 2]))).toBe('0102');
    expect(toHex(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe('0203');
  });

  it.each(['0', '123', 'GG', '0x12', ' 12', '12 ', '1 2', '12\n', '１２', 'é0'])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => fromHex(text))).toBe('HEX_INVALID');
    },
  );

  it.each([undefined, null, 12, {}, ['12']])('refuses what is no string: %j', (value) => {
    expect(codeOf(() => fromHex(value as never))).toBe('HEX_INVALID');
  });
});

describe('xor', () => {
  it('undoes itself', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const mask = value.map((byte, i) => (byte * 7 + i) & 255);
        expect(xorBytes(xorBytes(value, mask), mask)).toEqual(value);
        expect(xorBytes(value, value)).toEqual(new Uint8Array(value.length));
      }),
    );
  });

  it('refuses different lengths', () => {
    expect(codeOf(() => xorBytes(new Uint8Array(8), new Uint8Array(7)))).toBe('LENGTHS_DIFFER');
  });
});

it('joins any number of parts', () => {
  expect(concatBytes()).toEqual(new Uint8Array());
  expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});

it('compares: equal, one bit apart, another length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(), (value, at) => {
      const other = new Uint8Array(value);
      expect(equalConstantTime(value, other)).toBe(true);
      other[at % other.length]! ^= 1 << (at % 8);
      expect(equalConstantTime(value, other)).toBe(false);
      expect(equalConstantTime(value, value.subarray(1))).toBe(false);
    }),
  );
});

it('wipes in place', () => {
  const secret = Uint8Array.of(1, 2, 3);
  wipe(secret);
  expect(secret).toEqual(new Uint8Array(3));
});
