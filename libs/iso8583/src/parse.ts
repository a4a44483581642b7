/**
 * Parsing: bytes from outside to a message. Never throws, never reads past the end, and looks at
 * each byte a fixed number of times. The first fault in wire order is the answer; its detail is the
 * path of the element and what was wanted, never what was there.
 */
import { ok, type Refused, type Result, refused } from '@pinfold/crypto';
import { CLASSES, DIGIT, HEX_VALUE, SIGN } from './characters.js';
import type { FieldValue, IsoErrorCode, IsoMessage } from './message.js';
import { ASCII_1987, type FieldCodec, type Packaging, Writing } from './packaging.js';

/** A value of bytes is a view into the input: copy the input first if it will be overwritten. */
export function parse(
  bytes: Uint8Array,
  packaging: Packaging = ASCII_1987,
): Result<IsoMessage, IsoErrorCode> {
  const reader = new Reader(bytes, packaging);
  const message = reader.message();
  if (message === undefined) return reader.fault!;
  if (reader.at < bytes.length) {
    return refused(
      'ISO_TRAILING',
      `message: ${bytes.length - reader.at} bytes after the last field`,
    );
  }
  return ok(message);
}

/**
 * Where a message without a length prefix ends. `complete`: it is `bytes` long. Otherwise at least
 * `bytes` are needed before it is worth asking again; each answer is at least one element further.
 */
export function measure(
  bytes: Uint8Array,
  packaging: Packaging = ASCII_1987,
): Result<{ complete: boolean; bytes: number }, IsoErrorCode> {
  const reader = new Reader(bytes, packaging);
  if (reader.message() !== undefined) return ok({ complete: true, bytes: reader.at });
  if (reader.fault!.code !== 'ISO_TRUNCATED') return reader.fault!;
  return ok({ complete: false, bytes: reader.wanted });
}

class Reader {
  at = 0;
  /** With ISO_TRUNCATED: how many bytes the input should at least have had. */
  wanted = 0;
  fault: Refused<IsoErrorCode> | undefined;
  private readonly buffer: Buffer;
  /** The whole input as ISO 8859-1: one native call, and text fields are slices of it. */
  private readonly text: string;
  private readonly end: number;
  private readonly packedLength: boolean;

  constructor(
    bytes: Uint8Array,
    private readonly packaging: Packaging,
  ) {
    this.end = bytes.length;
    this.buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.text = this.buffer.toString('latin1');
    this.packedLength = packaging.encoding.length === 'bcd';
  }

  message(): IsoMessage | undefined {
    const mti = this.mti();
    if (mti === undefined) return undefined;
    let words = 2;
    const bitmap = [0, 0, 0, 0];
    for (let w = 0; w < words; w++) {
      const word = this.bitmapWord();
      if (word === undefined) return undefined;
      bitmap[w] = word;
      if (w === 0 && (this.packaging.alwaysSecondary || word < 0)) words = 4;
    }
    bitmap[0]! &= 0x7fffffff;
    const fields: Record<number, FieldValue> = {};
    for (let w = 0; w < words; w++) {
      let word = bitmap[w]!;
      while (word !== 0) {
        const bit = Math.clz32(word);
        word &= ~(0x80000000 >>> bit);
        const number = w * 32 + bit + 1;
        const codec = this.packaging.codecs[number];
        if (codec === undefined) {
          return this.fail('ISO_FIELD_UNKNOWN', number, 'no such field in this packaging');
        }
        const value = this.field(codec);
        if (value === undefined) return undefined;
        fields[number] = value;
      }
    }
    return { mti, fields };
  }

  private fail(code: IsoErrorCode, path: number | string, reason: string): undefined {
    const where = typeof path === 'number' ? `DE ${path}` : path;
    this.fault = refused(code, `${where}: ${reason}`);
    return undefined;
  }

  /** True when `count` bytes are there. */
  private has(count: number, path: number | string): boolean {
    if (this.end - this.at >= count) return true;
    this.wanted = this.at + count;
    this.fail('ISO_TRUNCATED', path, `${count} bytes wanted, ${this.end - this.at} left`);
    return false;
  }

  private mti(): string | undefined {
    const bcd = this.packaging.encoding.mti === 'bcd';
    const size = bcd ? 2 : 4;
    if (!this.has(size, 'MTI')) return undefined;
    const mti = bcd ? this.buffer.toString('hex', 0, 2) : this.text.slice(0, 4);
    for (let i = 0; i < 4; i++) {
      const c = mti.charCodeAt(i);
      if (c < 0x30 || c > 0x39) return this.fail('ISO_MTI', 'MTI', 'four digits wanted');
    }
    this.at = size;
    return mti;
  }

  private bitmapWord(): number | undefined {
    const hex = this.packaging.encoding.bitmap === 'hex';
    const size = hex ? 8 : 4;
    if (!this.has(size, 'bitmap')) return undefined;
    let word = 0;
    for (let i = 0; i < size; i++) {
      const byte = this.buffer[this.at + i]!;
      const digit = hex ? HEX_VALUE[byte]! : byte;
      if (hex && digit === 255) return this.fail('ISO_BITMAP', 'bitmap', 'hexadecimal wanted');
      word = (word << (hex ? 4 : 8)) | digit;
    }
    this.at += size;
    return word;
  }

  private field(codec: FieldCodec): FieldValue | undefined {
    let length = codec.size;
    if (codec.lengthDigits !== 0) {
      length = this.length(codec);
      if (length < 0) return undefined;
    }
    switch (codec.writing) {
      case Writing.characters:
        return this.characters(codec, length);
      case Writing.bytes: {
        if (!this.has(length, codec.number)) return undefined;
        this.at += length;
        return this.buffer.subarray(this.at - length, this.at);
      }
      case Writing.hex:
        return this.hex(codec, length);
      case Writing.digits:
      case Writing.digitsThenZero:
      case Writing.track:
        return this.packed(codec, length);
      default:
        return this.signed(codec, length);
    }
  }

  /** Length prefix, or -1 with the fault set. */
  private length(codec: FieldCodec): number {
    const { lengthBytes, number, size } = codec;
    if (!this.has(lengthBytes, number)) return -1;
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) {
      const byte = this.buffer[this.at + i]!;
      const high = this.packedLength ? byte >> 4 : 0;
      const low = this.packedLength ? byte & 15 : byte - 0x30;
      if (high > 9 || low < 0 || low > 9) {
        this.fail('ISO_LENGTH', number, 'length prefix is not a number');
        return -1;
      }
      length = this.packedLength ? length * 100 + high * 10 + low : length * 10 + low;
    }
    if (length > size) {
      this.fail('ISO_LENGTH', number, `at most ${size} allowed, ${length} announced`);
      return -1;
    }
    this.at += lengthBytes;
    return length;
  }

  private characters(codec: FieldCodec, length: number): string | undefined {
    if (!this.has(length, codec.number)) return undefined;
    const { buffer, at } = this;
    const { allowed } = codec;
    const end = at + length;
    for (let i = at; i < end; i++) {
      if ((CLASSES[buffer[i]!]! & allowed) === 0) return this.badCharacter(codec, i - at);
    }
    this.at = end;
    return this.text.slice(at, end);
  }

  private hex(codec: FieldCodec, length: number): Uint8Array | undefined {
    if (!this.has(2 * length, codec.number)) return undefined;
    const value = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const high = HEX_VALUE[this.buffer[this.at + 2 * i]!]!;
      const low = HEX_VALUE[this.buffer[this.at + 2 * i + 1]!]!;
      if (high === 255 || low === 255) return this.badCharacter(codec, 2 * i);
      value[i] = (high << 4) | low;
    }
    this.at += 2 * length;
    return value;
  }

  /** Packed decimal or track data; the nibble that pads an odd number must be zero (track: or F). */
  private packed(codec: FieldCodec, length: number): string | undefined {
    const size = (length + 1) >> 1;
    if (!this.has(size, codec.number)) return undefined;
    const digits = this.buffer.toString('hex', this.at, this.at + size);
    const track = codec.writing === Writing.track;
    const odd = (length & 1) === 1;
    const after = track || codec.writing === Writing.digitsThenZero;
    const from = odd && !after ? 1 : 0;
    const pad = odd ? digits[after ? length : 0] : '0';
    if (pad !== '0' && !(track && pad === 'f')) {
      return this.fail('ISO_CONTENT', codec.number, 'padding is not zero');
    }
    for (let i = from; i < from + length; i++) {
      const c = digits.charCodeAt(i);
      if (c > 0x39 && !(track && c === 0x64)) return this.badCharacter(codec, i - from);
    }
    this.at += size;
    const value = digits.slice(from, from + length);
    return track ? value.replaceAll('d', '=') : value;
  }

  private signed(codec: FieldCodec, length: number): string | undefined {
    if (!this.has(1, codec.number)) return undefined;
    if ((CLASSES[this.buffer[this.at]!]! & SIGN) === 0) return this.badCharacter(codec, 0);
    const sign = this.text[this.at]!;
    this.at += 1;
    const writing = codec.writing === Writing.signDigits ? Writing.digits : Writing.characters;
    const rest = { ...codec, writing, allowed: DIGIT };
    const digits =
      writing === Writing.digits
        ? this.packed(rest, length - 1)
        : this.characters(rest, length - 1);
    return digits === undefined ? undefined : sign + digits;
  }

  private badCharacter(codec: FieldCodec, index: number): undefined {
    return this.fail(
      'ISO_CONTENT',
      codec.number,
      `character ${index + 1} is not of the field's kind`,
    );
  }
}
