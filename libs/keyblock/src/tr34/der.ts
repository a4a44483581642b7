/**
 * The little of DER that TR-34 needs, written and read strictly: tags of one byte, definite and
 * shortest lengths, nothing left over. ITU-T X.690, 8 and 10. Certificates themselves are read by
 * OpenSSL; a general ASN.1 library would cost a device a tenth of a second at every start.
 */
import { concatBytes } from '@pinfold/crypto';

export const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific and constructed: `[n]` of ASN.1. */
export const context = (n: number): number => 0xa0 | n;

/** Longest object that is read, bytes. */
const LARGEST = 0xffff;

/** Not DER, or not the DER that was asked for; never leaves this folder. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

export interface DerValue {
  readonly tag: number;
  readonly contents: Uint8Array;
  /** Tag, length and contents. */
  readonly whole: Uint8Array;
}

/** One object after the other, each of the tag that is asked for. */
export class DerReader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get done(): boolean {
    return this.#rest.length === 0;
  }

  any(): DerValue {
    const value = first(this.#rest);
    this.#rest = this.#rest.subarray(value.whole.length);
    return value;
  }

  next(tag: number): DerValue {
    const value = this.any();
    if (value.tag !== tag) throw new DerError('another object than was asked for');
    return value;
  }

  optional(tag: number): DerValue | undefined {
    return this.#rest[0] === tag ? this.any() : undefined;
  }

  /** The members of the next constructed object. */
  into(tag: number = TAG.sequence): DerReader {
    return new DerReader(this.next(tag).contents);
  }

  oid(): string {
    return oidText(this.next(TAG.oid).contents);
  }

  octets(): Uint8Array {
    return Uint8Array.from(this.next(TAG.octets).contents);
  }

  /** A non-negative integer of one byte. */
  small(): number {
    const { contents } = this.next(TAG.integer);
    if (contents.length !== 1 || contents[0]! > 127) throw new DerError('not a small integer');
    return contents[0]!;
  }

  end(): void {
    if (!this.done) throw new DerError('more objects than were asked for');
  }
}

/** The one object that the bytes are. */
export function readDer(bytes: Uint8Array): DerValue {
  const reader = new DerReader(bytes);
  const value = reader.any();
  reader.end();
  return value;
}

/** Members of the one constructed object that the bytes are. */
export function readMembers(bytes: Uint8Array, tag: number = TAG.sequence): DerReader {
  const reader = new DerReader(bytes);
  const members = reader.into(tag);
  reader.end();
  return members;
}

function first(bytes: Uint8Array): DerValue {
  const [tag, start] = bytes;
  if (tag === undefined || start === undefined) throw new DerError('ends early');
  if ((tag & 0x1f) === 0x1f || bytes.length > LARGEST) throw new DerError('tag or size too large');
  const more = start < 0x80 ? 0 : start & 0x7f;
  if (start === 0x80 || more > 2 || bytes.length < 2 + more) throw new DerError('length');
  let length = start;
  if (more > 0) {
    length = more === 1 ? bytes[2]! : (bytes[2]! << 8) | bytes[3]!;
    if (length < (more === 1 ? 0x80 : 0x100)) throw new DerError('length not the shortest');
  }
  const from = 2 + more;
  if (from + length > bytes.length) throw new DerError('ends early');
  const whole = bytes.subarray(0, from + length);
  return { tag, contents: whole.subarray(from), whole };
}

/** An object of its parts, encoded one after the other. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag), lengthOf(contents.length), contents);
}

function lengthOf(length: number): Uint8Array {
  if (length > LARGEST) throw new DerError('too large');
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

export const sequence = (...parts: readonly Uint8Array[]) => encode(TAG.sequence, ...parts);
export const octets = (bytes: Uint8Array) => encode(TAG.octets, bytes);
export const small = (value: number) => encode(TAG.integer, Uint8Array.of(value));
export const NULL = encode(TAG.null);

/** SET OF: in DER its members stand in the order of their encodings. */
export function setOf(...members: readonly Uint8Array[]): Uint8Array {
  return encode(TAG.set, ...[...members].sort(Buffer.compare));
}

export function oid(text: string): Uint8Array {
  const [a, b, ...rest] = text.split('.').map(Number);
  const bytes = [40 * a! + b!, ...rest].flatMap((arc) => {
    const sevens = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      sevens.unshift(0x80 | (left % 128));
    }
    return sevens;
  });
  return encode(TAG.oid, Uint8Array.from(bytes));
}

function oidText(contents: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of contents) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  if (arcs.length === 0 || contents[contents.length - 1]! >= 0x80) throw new DerError('oid');
  const [start, ...rest] = arcs as [number, ...number[]];
  const a = Math.min(2, Math.floor(start / 40));
  return [a, start - 40 * a, ...rest].join('.');
}

/** UTCTime in seconds, as DER has it: YYMMDDHHMMSSZ, years 1950 to 2049. */
export function utcTime(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/\..*|[-:T]/g, '');
  return encode(TAG.utcTime, Buffer.from(`${text.slice(2)}Z`, 'latin1'));
}

/** Milliseconds since the epoch. */
export function readUtcTime({ contents }: DerValue): number {
  const text = Buffer.from(contents).toString('latin1');
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1);
  if (parts === undefined) throw new DerError('time');
  const [year, month, day, ...clock] = parts;
  const century = Number(year) < 50 ? '20' : '19';
  const ms = Date.parse(`${century}${year}-${month}-${day}T${clock.join(':')}Z`);
  if (Number.isNaN(ms)) throw new DerError('time');
  return ms;
}
