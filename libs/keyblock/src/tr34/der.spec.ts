import { fromHex, toHex } from '@pinfold/crypto';
import fc from 'fast-check';
import {
  context,
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
    ['nothing', '', 'ends early'],
    ['a tag alone', '04', 'ends early'],
    ['less than the length', '040200', 'ends early'],
    ['less than a long length', `048180${'00'.repeat(127)}`, 'ends early'],
    ['a length of indefinite form', '0480', 'length'],
    ['a length of indefinite form with enough after it', `0480${'00'.repeat(128)}`, 'length'],
    ['a long length that is short', `04817F${'00'.repeat(127)}`, 'length not the shortest'],
    ['a longer length that is long', `048200FF${'00'.repeat(255)}`, 'length not the shortest'],
    ['a length of three bytes', '0483000001FF', 'length'],
    ['a length cut short', '048201', 'length'],
    ['a length of one byte cut off', '0481', 'length'],
    ['a tag of two bytes', '1F8100', 'tag or size too large'],
    ['a constructed tag of two bytes', '3F8100', 'tag or size too large'],
    ['more than one object', '04000400', 'more objects than were asked for'],
  ])('refuses %s', (_, text, message) => {
    expect(() => readDer(hex(text))).toThrow(new DerError(message));
    expect(() => readDer(hex(text))).toThrow(expect.objectContaining({ name: 'DerError' }));
  });

  it('reads up to 65,535 bytes in all, and writes as many within', () => {
    const largest = octets(new Uint8Array(65_531));
    expect(readDer(largest).whole).toHaveLength(65_535);
    const larger = octets(new Uint8Array(65_535));
    expect(toHex(larger.slice(0, 4))).toBe('0482FFFF');
    expect(() => readDer(octets(new Uint8Array(65_532)))).toThrow(
      new DerError('tag or size too large'),
    );
    expect(() => octets(new Uint8Array(65_536))).toThrow(new DerError('too large'));
  });

  it('reads small integers of 0 to 127, and object identifiers to their ends', () => {
    expect([0, 1, 127].map((n) => new DerReader(small(n)).small())).toEqual([0, 1, 127]);
    for (const text of [
      '0.0',
      '0.39',
      '1.0',
      '1.39',
      '2.0',
      '2.47',
      '2.48',
      '2.999.127.128.16384',
    ]) {
      expect(new DerReader(oid(text)).oid()).toBe(text);
    }
    const wrong: [string, string, (reader: DerReader) => unknown][] = [
      ['0200', 'not a small integer', (reader) => reader.small()],
      ['020180', 'not a small integer', (reader) => reader.small()],
      ['02020001', 'not a small integer', (reader) => reader.small()],
      ['0600', 'oid', (reader) => reader.oid()],
      ['060188', 'oid', (reader) => reader.oid()],
      ['06022A80', 'oid', (reader) => reader.oid()],
      ['0500', 'another object than was asked for', (reader) => reader.oid()],
    ];
    for (const [text, message, read] of wrong) {
      expect(() => read(new DerReader(hex(text)))).toThrow(new DerError(message));
    }
  });

  it('goes into sequences, sets and context tags, and takes what is optional or leaves it', () => {
    const inside = encode(context(3), small(5));
    expect(new DerReader(inside).into(context(3)).small()).toBe(5);
    expect(context(0)).toBe(0xa0);
    expect(readMembers(setOf(small(5)), TAG.set).small()).toBe(5);
    expect(() => readMembers(Uint8Array.of(...sequence(), 0, 0))).toThrow(
      new DerError('more objects than were asked for'),
    );
    const reader = new DerReader(inside);
    expect(reader.optional(context(2))).toBeUndefined();
    expect(reader.optional(context(3))!.whole).toEqual(inside);
    expect(reader.optional(context(3))).toBeUndefined();
    expect(() => reader.any()).toThrow(new DerError('ends early'));
  });

  it.each([
    '200013191353Z',
    '20200210191353Z',
    '2002101913530',
    '002002101913Z',
    '200210191353+',
    '20021019135Z',
  ])('refuses the time %s', (text) =>
    expect(() => readUtcTime(readDer(encode(TAG.utcTime, Buffer.from(text))))).toThrow(
      new DerError('time'),
    ),
  );

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
