import fc from 'fast-check';
import { bytesOf, codeOf } from '../test/oracle.js';
import {
  adjustOddParity,
  checkValue,
  combineComponents,
  concatBytes,
  DesKey,
  encryptEcb,
  fromHex,
  hasEqualHalves,
  hasOddParity,
  isWeakDesKey,
  splitComponents,
  toHex,
} from './index.js';
import { SEMI_WEAK_DES_KEYS, WEAK_DES_KEYS } from './weak-keys.js';

const STRONG = fromHex('0123456789ABCDEF');

describe('parity', () => {
  it('of every byte', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    adjustOddParity(all).forEach((byte, i) => {
      expect(byte >> 1).toBe(i >> 1);
      expect([...byte.toString(2)].filter((bit) => bit === '1').length % 2).toBe(1);
    });
    expect(hasOddParity(adjustOddParity(all))).toBe(true);
  });

  it('one even byte anywhere is seen', () => {
    const odd = adjustOddParity(new Uint8Array(16));
    for (let i = 0; i < 16; i++) {
      expect(hasOddParity(odd.map((byte, j) => (i === j ? byte ^ 1 : byte)))).toBe(false);
    }
  });

  it('leaves its input as it was', () => {
    const key = new Uint8Array(8);
    adjustOddParity(key);
    expect(key).toEqual(new Uint8Array(8));
  });
});

describe('weak keys', () => {
  it.each(WEAK_DES_KEYS)('%s encrypts back what it encrypted', (hex) => {
    const key = DesKey.of(fromHex(hex));
    expect(encryptEcb(key, encryptEcb(key, STRONG))).toEqual(STRONG);
    expect(isWeakDesKey(fromHex(hex))).toBe(true);
  });

  it.each(SEMI_WEAK_DES_KEYS)('%s and %s undo each other', (a, b) => {
    const once = encryptEcb(DesKey.of(fromHex(a)), STRONG);
    expect(encryptEcb(DesKey.of(fromHex(b)), once)).toEqual(STRONG);
    expect(isWeakDesKey(fromHex(a)) && isWeakDesKey(fromHex(b))).toBe(true);
  });

  it('there are sixteen, all with odd parity', () => {
    const all = [...WEAK_DES_KEYS, ...SEMI_WEAK_DES_KEYS.flat()];
    expect(new Set(all).size).toBe(16);
    for (const hex of all) expect(hasOddParity(fromHex(hex))).toBe(true);
  });

  it('whatever the parity, in any part of a longer key', () => {
    const weak = new Uint8Array(8);
    expect(isWeakDesKey(weak)).toBe(true);
    expect(isWeakDesKey(concatBytes(STRONG, weak))).toBe(true);
    expect(isWeakDesKey(concatBytes(STRONG, STRONG, weak))).toBe(true);
    expect(isWeakDesKey(concatBytes(STRONG, STRONG))).toBe(false);
  });

  it('equal halves: neighbours, whatever the parity', () => {
    const other = STRONG.map((byte) => byte ^ 0x10);
    const parity = STRONG.map((byte) => byte ^ 1);
    expect(hasEqualHalves(STRONG)).toBe(false);
    expect(hasEqualHalves(concatBytes(STRONG, parity))).toBe(true);
    expect(hasEqualHalves(concatBytes(STRONG, other))).toBe(false);
    expect(hasEqualHalves(concatBytes(STRONG, STRONG, other))).toBe(true);
    expect(hasEqualHalves(concatBytes(other, STRONG, parity))).toBe(true);
    expect(hasEqualHalves(concatBytes(STRONG, other, STRONG))).toBe(false);
  });

  it.each([0, 7, 12, 32])('refuses %d bytes', (length) => {
    expect(codeOf(() => isWeakDesKey(new Uint8Array(length)))).toBe('KEY_LENGTH');
    expect(codeOf(() => hasEqualHalves(new Uint8Array(length)))).toBe('KEY_LENGTH');
  });
});

describe('components', () => {
  let seed = 1;
  const random = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed >>> 16;
    });

  it('combine to the key again, in any order', () => {
    const keys = fc.constantFrom(8, 16, 24, 32).chain(bytesOf);
    fc.assert(
      fc.property(keys, fc.integer({ min: 2, max: 9 }), (key, count) => {
        const parts = splitComponents(key, count, random);
        expect(parts).toHaveLength(count);
        expect(combineComponents(parts)).toEqual(key);
        expect(combineComponents(parts.toReversed())).toEqual(key);
      }),
    );
  });

  it('keep the key and the source as they were', () => {
    const key = new Uint8Array(STRONG);
    const fixed = new Uint8Array(8).fill(7);
    const parts = splitComponents(key, 2, () => fixed);
    combineComponents(parts);
    expect(key).toEqual(STRONG);
    expect(fixed).toEqual(new Uint8Array(8).fill(7));
    expect(parts[0]).not.toBe(fixed);
  });

  it.each([-1, 0, 1, 10, 2.5, Number.NaN])('refuses a count of %d', (count) => {
    expect(codeOf(() => splitComponents(STRONG, count, random))).toBe('COMPONENT_COUNT');
  });

  it('refuses wrong numbers and lengths of parts', () => {
    const parts = (...lengths: number[]) => lengths.map((length) => new Uint8Array(length));
    expect(codeOf(() => combineComponents([]))).toBe('COMPONENT_COUNT');
    expect(codeOf(() => combineComponents(parts(8)))).toBe('COMPONENT_COUNT');
    expect(codeOf(() => combineComponents(parts(...new Array<number>(10).fill(8))))).toBe(
      'COMPONENT_COUNT',
    );
    expect(codeOf(() => combineComponents(parts(8, 16)))).toBe('LENGTHS_DIFFER');
    expect(codeOf(() => combineComponents(parts(0, 0)))).toBe('KEY_LENGTH');
    expect(codeOf(() => combineComponents(['12', '34'] as never))).toBe('BYTES_EXPECTED');
    expect(codeOf(() => splitComponents(new Uint8Array(), 2, random))).toBe('KEY_LENGTH');
  });

  it('refuse a source that returns too little', () => {
    expect(codeOf(() => splitComponents(STRONG, 2, () => new Uint8Array(7)))).toBe('RANDOM_SOURCE');
    expect(codeOf(() => splitComponents(STRONG, 2, () => 'x' as never))).toBe('RANDOM_SOURCE');
  });
});

describe('check values', () => {
  const zeros = { cipher: 'des', method: 'zeros' } as const;

  it('of all lengths are the left of one another', () => {
    const whole = checkValue(STRONG, { ...zeros, lengthBytes: 8 });
    expect(toHex(whole)).toBe('D5D44FF720683D0D');
    for (let lengthBytes = 2; lengthBytes <= 8; lengthBytes++) {
      expect(checkValue(STRONG, { ...zeros, lengthBytes })).toEqual(whole.slice(0, lengthBytes));
    }
    expect(checkValue(STRONG, zeros)).toHaveLength(3);
  });

  it('AES by zeros and DES by CMAC are there too', () => {
    expect(toHex(checkValue(new Uint8Array(16), { cipher: 'aes', method: 'zeros' }))).toBe(
      '66E94B',
    );
    expect(checkValue(STRONG, { cipher: 'des', method: 'cmac' })).toHaveLength(3);
  });

  it.each([
    [{ cipher: 'rsa' }, 'CIPHER_UNKNOWN'],
    [{ method: 'ones' }, 'METHOD_UNKNOWN'],
    [{ lengthBytes: 1 }, 'LENGTH_INVALID'],
    [{ lengthBytes: 9 }, 'LENGTH_INVALID'],
    [{ cipher: 'aes' }, 'KEY_LENGTH'],
  ])('refuses %j', (changes, code) => {
    expect(codeOf(() => checkValue(STRONG, { ...zeros, ...changes } as never))).toBe(code);
  });
});
