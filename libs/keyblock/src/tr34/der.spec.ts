import { fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import {
  DerError,
  DerReader,
  encode,
  octets,
  oid,
  readDer,
  readMembers,
  readUtcTime,
  sequence,
  setOf,
  small,
  TAG,
  utcTime,
} from './der.js';

const hex = (text: string) => fromHex(text);

describe('DER', () => {
  it('lengths are the shortest, at each of their ends', () => {
    for (const [length, head] of [
      [0, '0400'],
      [127, '047F'],
      [128, '048180'],
      [255, '0481FF'],
      [256, '04820100'],
      [65_000, '0482FDE8'],
    ] as const) {
      const whole = octets(new Uint8Array(length));
      expect(toHex(whole.subarray(0, whole.length - length))).toBe(head);
      expect(readDer(whole).contents).toHaveLength(length);
    }
    expect(() => octets(new Uint8Array(65_536))).toThrow(DerError);
  });

  it('object identifiers as their standard writes them', () => {
    // ITU-T X.690, 8.19.5, and identifiers of RSA and NIST.
    expect(toHex(oid('2.999.3'))).toBe('0603883703');
    expect(toHex(oid('1.2.840.113549.1.7.1'))).toBe('06092A864886F70D010701');
    expect(toHex(oid('2.16.840.1.101.3.4.2.1'))).toBe('0609608648016503040201');
    const arcs = fc.tuple(
      fc.constantFrom('0.9', '1.2', '1.39', '2.5', '2.47', '2.999'),
      fc.array(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 6 }),
    );
    fc.assert(
      fc.property(arcs, ([start, rest]) => {
        const text = [start, ...rest].join('.');
        expect(new DerReader(oid(text)).oid()).toBe(text);
      }),
    );
  });

  it('times in whole seconds, of both centuries', () => {
    expect(toHex(utcTime(Date.UTC(2020, 1, 10, 19, 13, 53)))).toBe(
      '170D3230303231303139313335335A',
    );
    for (const year of [1950, 1999, 2000, 2049]) {
      const ms = Date.UTC(year, 11, 31, 23, 59, 59);
      expect(readUtcTime(readDer(utcTime(ms)))).toBe(ms);
    }
    for (const text of ['2002101913530', '200210191353Z0', '209910191353Z', '200210191353']) {
      expect(() => readUtcTime(readDer(encode(TAG.utcTime, Buffer.from(text))))).toThrow(DerError);
    }
  });

  it('sets are in order', () => {
    expect(toHex(setOf(octets(hex('02')), octets(hex('01')), small(9)))).toBe(
      '3109020109040101040102',
    );
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '04'],
    ['less than the length', '040200'],
    ['a length of indefinite form', '0480'],
    ['a long length that is short', '04817F'],
    ['a longer length that is long', '048200FF'],
    ['a length of three bytes', '0483010000'],
    ['a length cut short', '048201'],
    ['a tag of two bytes', '1F8100'],
    ['more than one object', '04000400'],
  ])('refuses %s', (_, text) => expect(() => readDer(hex(text))).toThrow(DerError));

  it('refuses another object than is asked for, and what is left over', () => {
    const members = () => readMembers(sequence(small(1), octets(hex('AA'))));
    expect(() => members().octets()).toThrow(DerError);
    expect(() => members().end()).toThrow(DerError);
    expect(() => members().into()).toThrow(DerError);
    const reader = members();
    expect([reader.small(), toHex(reader.octets()), reader.done]).toEqual([1, 'AA', true]);
    expect(() => reader.any()).toThrow(DerError);
    expect(members().optional(TAG.set)).toBeUndefined();
    expect(members().optional(TAG.integer)!.contents).toEqual(hex('01'));
    for (const integer of ['0200', '020180', '02020001']) {
      expect(() => new DerReader(hex(integer)).small()).toThrow(DerError);
    }
    for (const identifier of ['0600', '060188']) {
      expect(() => new DerReader(hex(identifier)).oid()).toThrow(DerError);
    }
  });

  it('reads what it wrote, and every truncation of it as an error', () => {
    const nested = fc.letrec<{ value: Uint8Array }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.uint8Array({ maxLength: 200 }).map(octets),
        fc.array(tie('value'), { maxLength: 4 }).map((members) => sequence(...members)),
      ),
    })).value;
    fc.assert(
      fc.property(nested, (whole) => {
        const read = readDer(whole);
        expect(encode(read.tag, read.contents)).toEqual(whole);
        for (let at = 0; at < whole.length; at++) {
          expect(() => readDer(whole.subarray(0, at))).toThrow(DerError);
        }
      }),
      { numRuns: 50 },
    );
  });
});
