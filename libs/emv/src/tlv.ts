/** BER-TLV as EMV uses it (EMV 4.3 Book 3, annex B): tags of 1 to 3 bytes, definite lengths of 1 to 3. */
import { concatBytes, InputError, isBytes, ok, type Result, refused } from '@pinfold/crypto';

export interface Tlv {
  /** Tag as upper-case hex: `9F26`. */
  readonly tag: string;
  readonly value: Uint8Array;
}

export type TlvRefusal = 'TLV_INVALID';

const MOST_OBJECTS = 1024;
const MOST_VALUE_BYTES = 0xffff;

/** The objects of one level; constructed ones are not opened. Linear in the length of `bytes`. */
export function parseTlv(bytes: Uint8Array): Result<Tlv[], TlvRefusal> {
  if (!isBytes(bytes)) return refused('TLV_INVALID');
  const objects: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0x00) {
      at += 1; // padding between objects, annex B1
      continue;
    }
    const tag = tagAt(bytes, at);
    if (tag === undefined || objects.length >= MOST_OBJECTS) return refused('TLV_INVALID');
    at += tag.length / 2;
    const length = lengthAt(bytes, at);
    if (length === undefined) return refused('TLV_INVALID');
    at += length.bytes;
    if (at + length.value > bytes.length) return refused('TLV_INVALID');
    objects.push({ tag, value: bytes.slice(at, at + length.value) });
    at += length.value;
  }
  return ok(objects);
}

/** @throws InputError TLV_OBJECTS, TLV_TAG, TLV_LENGTH */
export function buildTlv(objects: readonly Tlv[]): Uint8Array {
  if (!Array.isArray(objects)) throw new InputError('TLV_OBJECTS', 'objects must be a list');
  return concatBytes(
    ...objects.flatMap(({ tag, value }) => [tagBytes(tag), lengthBytes(value.length), value]),
  );
}

function tagAt(bytes: Uint8Array, at: number): string | undefined {
  let end = at + 1;
  if ((bytes[at]! & 0x1f) === 0x1f) {
    while ((bytes[end]! & 0x80) !== 0) end += 1;
    end += 1;
  }
  if (end > bytes.length || end - at > 3) return undefined;
  return Buffer.from(bytes.subarray(at, end)).toString('hex').toUpperCase();
}

function lengthAt(bytes: Uint8Array, at: number): { value: number; bytes: number } | undefined {
  const first = bytes[at] ?? 0x80; // no byte is refused as the indefinite length is
  if (first < 0x80) return { value: first, bytes: 1 };
  const count = first & 0x7f;
  if (count < 1 || count > 2) return undefined;
  let value = 0;
  for (let i = 1; i <= count; i += 1) value = (value << 8) | bytes[at + i]!;
  return { value, bytes: 1 + count };
}

function tagBytes(tag: string): Uint8Array {
  const bytes = Buffer.from(String(tag), 'hex');
  if (tagAt(bytes, 0) !== tag) {
    throw new InputError(
      'TLV_TAG',
      'a tag is 1 to 3 bytes of upper-case hex, coded as in EMV Book 3',
    );
  }
  return bytes;
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length <= 0xff) return Uint8Array.of(0x81, length);
  if (length > MOST_VALUE_BYTES) {
    throw new InputError('TLV_LENGTH', `a value has at most ${MOST_VALUE_BYTES} bytes`);
  }
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}
