import { InputError } from '@pinfold/crypto';
import fc from 'fast-check';
import { CLASSES } from './characters.js';
import { readFormat } from './format.js';
import type { FieldValue, IsoMessage } from './message.js';
import { pack } from './pack.js';
import { ASCII_1987, ASCII_HEX_1987, BINARY_1987, type Packaging } from './packaging.js';
import { measure, parse } from './parse.js';

const PACKAGINGS: [string, Packaging][] = [
  ['ASCII_1987', ASCII_1987],
  ['ASCII_HEX_1987', ASCII_HEX_1987],
  ['BINARY_1987', BINARY_1987],
];

const withdrawal: IsoMessage = {
  mti: '0200',
  fields: {
    2: '4000000000000011',
    3: '010000',
    4: '000000005000',
    7: '1121210455',
    11: '000017',
    35: '4000000000000011=2912',
    37: '632521000017',
    41: 'ATM00001',
    43: 'PINFOLD DEMO TERMINAL 1   UTRECHT     NL',
    52: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    55: Uint8Array.of(0x9f, 0x02),
    64: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
  },
};

const CHARACTERS: Record<string, string> = Object.fromEntries(
  (['n', 'an', 'ans', 'z'] as const).map((kind, k) => [
    kind,
    Array.from({ length: 256 }, (_, c) => String.fromCharCode(c))
      .filter(
        (c) => (CLASSES[c.charCodeAt(0)]! & [1, 2, 4, 8][k]!) !== 0 && !(k === 3 && c === 'D'),
      )
      .join(''),
  ]),
);

/** Any value that the field's format admits. */
function valueFor(notation: string): fc.Arbitrary<FieldValue> {
  const { kind, lengthDigits, size } = readFormat(notation);
  const minLength = lengthDigits === 0 ? size : 0;
  const maxLength = lengthDigits === 0 ? size : Math.min(size, 60);
  if (kind === 'b') return fc.uint8Array({ minLength, maxLength });
  if (kind === 'x+n') {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789'),
      minLength: size - 1,
      maxLength: size - 1,
    });
    return fc.tuple(fc.constantFrom('C', 'D'), digits).map(([sign, rest]) => sign + rest);
  }
  return fc.string({ unit: fc.constantFrom(...CHARACTERS[kind]!), minLength, maxLength });
}

const numbers = Object.keys(ASCII_1987.table).map(Number);
const message: fc.Arbitrary<IsoMessage> = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 4 }),
    fc.subarray(numbers, { maxLength: 30 }),
  )
  .chain(([mti, chosen]) => {
    const values = chosen.map((n) => valueFor(ASCII_1987.table[n]!.format));
    return fc.tuple(...values).map((list) => ({
      mti,
      fields: Object.fromEntries(chosen.map((n, i) => [n, list[i]!])),
    }));
  });

/** Binary values as plain arrays, so that views and copies compare alike. */
const plain = (m: IsoMessage) => ({
  mti: m.mti,
  fields: Object.entries(m.fields).map(([n, v]) => [n, typeof v === 'string' ? v : [...v]]),
});

describe.each(PACKAGINGS)('%s', (_, packaging) => {
  it('gives back every message it packed', () => {
    fc.assert(
      fc.property(message, (m) => {
        const bytes = pack(m, packaging);
        const parsed = parse(bytes, packaging);
        if (!parsed.ok) throw new Error(`${parsed.code} ${parsed.detail}`);
        expect(plain(parsed.value)).toEqual(plain(m));
        expect(measure(bytes, packaging)).toEqual({
          ok: true,
          value: { complete: true, bytes: bytes.length },
        });
      }),
      { numRuns: 300 },
    );
  });

  it('names what is missing at every truncation, and asks for more than it got', () => {
    const bytes = pack(withdrawal, packaging);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const parsed = parse(cut, packaging);
      expect(parsed).toMatchObject({ ok: false, code: 'ISO_TRUNCATED' });
      const wanted = measure(cut, packaging);
      expect(wanted.ok && !wanted.value.complete && wanted.value.bytes > length).toBe(true);
      expect(wanted.ok && wanted.value.bytes <= bytes.length).toBe(true);
    }
  });

  it('answers any bytes with a value, and what it accepts packs again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parsed = parse(bytes, packaging);
        if (parsed.ok) pack(parsed.value, packaging);
        else expect(parsed.detail).toMatch(/^(MTI|bitmap|message|DE \d+): /);
      }),
      { numRuns: 500 },
    );
  });

  it('answers a damaged message with a value, never with what it held', () => {
    const bytes = pack(withdrawal, packaging);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), fc.nat(bytes.length * 8 - 1), (a, b) => {
        const damaged = Uint8Array.from(bytes);
        for (const bit of [a, b]) damaged[bit >> 3]! ^= 1 << (bit & 7);
        const parsed = parse(damaged, packaging);
        if (!parsed.ok) expect(parsed.detail).not.toContain('400000');
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses bytes after the last field', () => {
    const bytes = Uint8Array.of(...pack(withdrawal, packaging), 0);
    expect(parse(bytes, packaging)).toMatchObject({ ok: false, code: 'ISO_TRAILING' });
  });
});

describe('what parsing refuses', () => {
  const text = (s: string) => Buffer.from(s, 'latin1');
  it.each([
    ['letters in the MTI', text('02X0'), 'ISO_MTI', 'MTI: four digits wanted'],
    ['no bitmap', text('0200'), 'ISO_TRUNCATED', 'bitmap: 8 bytes wanted, 0 left'],
    [
      'a bitmap that is no hexadecimal',
      text('0200700000000000000G'),
      'ISO_BITMAP',
      'bitmap: hexadecimal wanted',
    ],
    [
      'field 65',
      text('0200800000000000000080000000000000'),
      'ISO_TRUNCATED',
      'bitmap: 8 bytes wanted, 6 left',
    ],
    [
      'field 65 whole',
      text('020080000000000000008000000000000000'),
      'ISO_FIELD_UNKNOWN',
      'DE 65: no such field in this packaging',
    ],
    [
      'a length that is no number',
      text('020040000000000000001X4'),
      'ISO_LENGTH',
      'DE 2: length prefix is not a number',
    ],
    [
      'a length above the maximum',
      text('0200400000000000000020'),
      'ISO_LENGTH',
      'DE 2: at most 19 allowed, 20 announced',
    ],
    [
      'a letter among digits',
      text('02004000000000000000034X2'),
      'ISO_CONTENT',
      "DE 2: character 2 is not of the field's kind",
    ],
    [
      'a length beyond the end',
      text('0200400000000000000019400'),
      'ISO_TRUNCATED',
      'DE 2: 19 bytes wanted, 3 left',
    ],
  ])('%s', (_, bytes, code, detail) => {
    expect(parse(bytes, ASCII_HEX_1987)).toEqual({ ok: false, code, detail });
  });

  it('padding of an odd number of packed digits that is not zero', () => {
    const bytes = pack({ mti: '0800', fields: { 70: '301' } }, BINARY_1987);
    bytes[bytes.length - 2] = 0x13;
    expect(parse(bytes, BINARY_1987)).toMatchObject({
      code: 'ISO_CONTENT',
      detail: 'DE 70: padding is not zero',
    });
  });
});

describe('what packing refuses, naming the field and not the value', () => {
  const of = (fields: Record<number, FieldValue>) => () => pack({ mti: '0200', fields });
  it.each([
    ['a short fixed field', of({ 11: '17' }), 'ISO_LENGTH', 'DE 11: 6 wanted, 2 given'],
    [
      'a long variable field',
      of({ 2: '4'.repeat(20) }),
      'ISO_LENGTH',
      'DE 2: at most 19 wanted, 20 given',
    ],
    [
      'a letter among digits',
      of({ 2: '40000X' }),
      'ISO_CONTENT',
      "DE 2: character 6 is not of the field's kind",
    ],
    [
      'a character above 255',
      of({ 41: 'ATM0000\u20ac' }),
      'ISO_CONTENT',
      "DE 41: character 8 is not of the field's kind",
    ],
    ['text for bytes', of({ 52: '12345678' }), 'ISO_CONTENT', 'DE 52: bytes are wanted'],
    ['bytes for text', of({ 11: new Uint8Array(6) }), 'ISO_CONTENT', 'DE 11: text is wanted'],
    ['field 1', of({ 1: '0' }), 'ISO_FIELD_UNKNOWN', 'DE 1: no such field'],
    ['field 65', of({ 65: '0' }), 'ISO_FIELD_UNKNOWN', 'DE 65: no such field'],
  ])('%s', (_, run, code, message) => {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InputError);
    expect(thrown).toMatchObject({ code, message });
  });

  it('an MTI that is not four digits', () => {
    expect(() => pack({ mti: '020', fields: {} })).toThrow('four digits');
    expect(() => pack({ mti: '02O0', fields: {} })).toThrow('four digits');
  });
});

describe('bitmaps', () => {
  it('announce a secondary bitmap only for a field above 64', () => {
    expect(pack({ mti: '0800', fields: { 11: '000001' } })).toHaveLength(4 + 8 + 6);
    expect(pack({ mti: '0800', fields: { 70: '301' } })).toHaveLength(4 + 16 + 3);
  });

  it('accept a secondary bitmap without a field', () => {
    const bytes = Buffer.from(`0800${'8'.padEnd(32, '0')}`);
    expect(parse(bytes, ASCII_HEX_1987)).toEqual({ ok: true, value: { mti: '0800', fields: {} } });
  });

  it('hold field 128', () => {
    const mac = new Uint8Array(8).fill(7);
    const parsed = parse(pack({ mti: '0420', fields: { 128: mac } }));
    expect(parsed.ok && [...(parsed.value.fields[128] as Uint8Array)]).toEqual([...mac]);
  });
});

describe('the notation of formats', () => {
  it.each(['n', 'n 0', 'n ..100', 'b 63', 'q 3', 'ans ....9', 'n  6'])(
    'refuses "%s"',
    (notation) => {
      expect(() => readFormat(notation)).toThrow(InputError);
    },
  );
});
