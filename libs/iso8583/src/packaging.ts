/**
 * A packaging: how the fields of a table are written as bytes. Compiled once into one record per
 * field, which pack and parse read; they know nothing of the notation.
 *
 * The three below are ISO 8583:1987: `ASCII_1987` (characters, binary bitmap and binary fields; what
 * travels inside Pinfold), `ASCII_HEX_1987` (bitmap and binary fields as ASCII hex; the layout of
 * jPOS's ISO87A) and `BINARY_1987` (packed decimal; the layout of ISO87B). Of the latter two only DE
 * 93 and 96 are written as the standard says and not as jPOS does; test/jpos compares every field.
 */
import { InputError } from '@pinfold/crypto';
import { ALPHANUMERIC, DIGIT, PRINTABLE, TRACK } from './characters.js';
import { FIELDS_1987, type FieldTable } from './fields-1987.js';
import { type FieldKind, readFormat } from './format.js';

/** How each kind of element is written. `n` also governs track data; `b` binary fields. */
export interface Encoding {
  mti: 'ascii' | 'bcd';
  bitmap: 'hex' | 'binary';
  n: 'ascii' | 'bcd';
  length: 'ascii' | 'bcd';
  b: 'ascii' | 'binary';
  /**
   * Where a packed number of variable length and an odd number of digits gets its zero nibble: before
   * the digits (default), or after them, as jPOS's ISO87B has it. Numbers of fixed length: before.
   */
  oddVariable?: 'before' | 'after';
}

/** How a field's value becomes bytes. */
export const Writing = {
  /** One byte a character. */
  characters: 0,
  /** Packed decimal; an odd number of digits gets a leading zero nibble. */
  digits: 1,
  /** Packed track data, `=` as nibble D; an odd number gets a trailing zero nibble. */
  track: 2,
  /** Bytes as they are. */
  bytes: 3,
  /** Bytes as ASCII hexadecimal. */
  hex: 4,
  /** A sign character, then digits as characters. */
  signCharacters: 5,
  /** A sign character, then packed decimal. */
  signDigits: 6,
  /** Packed decimal; an odd number of digits gets a trailing zero nibble. */
  digitsThenZero: 7,
} as const;
export type Writing = (typeof Writing)[keyof typeof Writing];

/** One field, compiled. */
export interface FieldCodec {
  readonly number: number;
  readonly writing: Writing;
  /** 0, 2 or 3 digits of length prefix. */
  readonly lengthDigits: number;
  /** Bytes that the prefix takes. */
  readonly lengthBytes: number;
  /** Exact size of a fixed field, maximum of a variable one; characters or bytes of the value. */
  readonly size: number;
  /** Character class of a text value (characters.ts). */
  readonly allowed: number;
}

export interface Packaging {
  readonly encoding: Encoding;
  readonly table: FieldTable;
  /** Indexed by field number, 0 to 128. */
  readonly codecs: readonly (FieldCodec | undefined)[];
  /** A 16-byte bitmap always, its first bit set only when a field above 64 is present. */
  readonly alwaysSecondary: boolean;
  /** Bytes of the longest message there can be. */
  readonly maxBytes: number;
}

export interface PackagingOptions {
  fields: FieldTable;
  encoding: Encoding;
  /** Fields written differently from the rest: number to 'ascii' | 'bcd' | 'binary'. */
  fieldEncoding?: Readonly<Record<number, 'ascii' | 'bcd' | 'binary'>>;
  alwaysSecondary?: boolean;
}

const ALLOWED: Record<FieldKind, number> = {
  n: DIGIT,
  an: ALPHANUMERIC,
  ans: PRINTABLE,
  z: TRACK,
  'x+n': DIGIT,
  b: 0,
};

/** Throws InputError when the table has an impossible number or format. */
export function packaging(options: PackagingOptions): Packaging {
  const { fields, encoding } = options;
  const codecs: (FieldCodec | undefined)[] = new Array(129).fill(undefined);
  let maxBytes = 4 + 32;
  for (const key of Object.keys(fields)) {
    const number = Number(key);
    if (!Number.isInteger(number) || number < 2 || number > 128 || number === 65) {
      throw new InputError('FIELD_NUMBER', 'field numbers are 2 to 64 and 66 to 128');
    }
    const codec = compile(
      number,
      fields[number]!.format,
      encoding,
      options.fieldEncoding?.[number],
    );
    codecs[number] = codec;
    maxBytes += codec.lengthBytes + 2 * codec.size;
  }
  const alwaysSecondary = options.alwaysSecondary ?? false;
  return { encoding, table: fields, codecs, alwaysSecondary, maxBytes };
}

function compile(
  number: number,
  notation: string,
  encoding: Encoding,
  own: 'ascii' | 'bcd' | 'binary' | undefined,
): FieldCodec {
  const { kind, lengthDigits, size } = readFormat(notation);
  const plain = writingOf(kind, own ?? encoding.n, own ?? encoding.b);
  const after = plain === Writing.digits && lengthDigits > 0 && encoding.oddVariable === 'after';
  const writing = after ? Writing.digitsThenZero : plain;
  const lengthBytes = encoding.length === 'bcd' ? (lengthDigits + 1) >> 1 : lengthDigits;
  return { number, writing, lengthDigits, lengthBytes, size, allowed: ALLOWED[kind] };
}

function writingOf(kind: FieldKind, numbers: string, binary: string): Writing {
  const packed = numbers !== 'ascii';
  switch (kind) {
    case 'n':
      return packed ? Writing.digits : Writing.characters;
    case 'z':
      return packed ? Writing.track : Writing.characters;
    case 'x+n':
      return packed ? Writing.signDigits : Writing.signCharacters;
    case 'b':
      return binary === 'ascii' ? Writing.hex : Writing.bytes;
    default:
      return Writing.characters;
  }
}

export const ASCII_1987: Packaging = packaging({
  fields: FIELDS_1987,
  encoding: { mti: 'ascii', bitmap: 'binary', n: 'ascii', length: 'ascii', b: 'binary' },
});

export const ASCII_HEX_1987: Packaging = packaging({
  fields: FIELDS_1987,
  encoding: { mti: 'ascii', bitmap: 'hex', n: 'ascii', length: 'ascii', b: 'ascii' },
  // Characters to ISO87A, so their bytes stand as they are.
  fieldEncoding: { 55: 'binary', 63: 'binary' },
});

export const BINARY_1987: Packaging = packaging({
  fields: FIELDS_1987,
  encoding: {
    mti: 'bcd',
    bitmap: 'binary',
    n: 'bcd',
    length: 'bcd',
    b: 'binary',
    oddVariable: 'after',
  },
});
