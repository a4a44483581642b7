/**
 * A 64-bit block as two signed 32-bit words (hi, lo): the form in which the device moves PIN blocks
 * through DES without allocating. Nibble 0 is the left-most one of `hi`, nibble 15 the right-most
 * of `lo`. Digits are packed one per nibble.
 */

/**
 * The digits `from` up to `from + count` (at most 8) of `text`, packed to the right. Positions
 * outside the text count as 0.
 */
export function packDigits(text: string, from: number, count: number): number {
  let word = 0;
  for (let i = from < 0 ? 0 : from; i < from + count; i++) {
    word = (word << 4) | (text.charCodeAt(i) - 48);
  }
  return word;
}

/** Big-endian word of the four bytes at `offset`. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset]! << 24) |
    (bytes[offset + 1]! << 16) |
    (bytes[offset + 2]! << 8) |
    bytes[offset + 3]!
  );
}

/** The eight bytes of the pair (hi, lo). */
export function bytesOfWords(hi: number, lo: number): Uint8Array {
  // Eight stores: `Uint8Array.of` takes several times as long.
  const bytes = new Uint8Array(8);
  bytes[0] = hi >> 24;
  bytes[1] = hi >> 16;
  bytes[2] = hi >> 8;
  bytes[3] = hi;
  bytes[4] = lo >> 24;
  bytes[5] = lo >> 16;
  bytes[6] = lo >> 8;
  bytes[7] = lo;
  return bytes;
}

/** Nibble `index` (0 to 15) of the pair. */
export function nibbleAt(hi: number, lo: number, index: number): number {
  return index < 8 ? (hi >>> (28 - 4 * index)) & 15 : (lo >>> (60 - 4 * index)) & 15;
}

/** Nibbles `from` up to `from + count` of the pair as upper-case hexadecimal text. */
export function nibblesText(hi: number, lo: number, from: number, count: number): string {
  let text = '';
  for (let i = from; i < from + count; i++) text += HEX[nibbleAt(hi, lo, i)]!;
  return text;
}

const HEX = '0123456789ABCDEF';

/**
 * Bit 3 of every nibble whose value is above 9. Bits: a nibble is above 9 when bit 3 is set
 * together with bit 2 or bit 1.
 */
export function nonDigits(word: number): number {
  return word & ((word << 1) | (word << 2)) & 0x88888888;
}

/** Bit 3 of every nibble whose value is not `F`. */
export function nonFill(word: number): number {
  return ~(word & (word << 1) & (word << 2) & (word << 3)) & 0x88888888;
}

/** 1 when the pairs are equal, 0 when not; no branch on the values. */
export function equalWords(aHi: number, aLo: number, bHi: number, bLo: number): 0 | 1 {
  const difference = (aHi ^ bHi) | (aLo ^ bLo);
  return (((difference | -difference) >>> 31) ^ 1) as 0 | 1;
}
