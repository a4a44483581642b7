/** Hexadecimal to and from a work area, without allocating on the way in. Upper case only: one text form per token. */
const VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) VALUES['0123456789ABCDEF'.charCodeAt(i)] = i;

const encoder = new TextEncoder();

/**
 * Bytes written to `out`; 0 when `text` is odd, too long, empty or not upper-case hexadecimal. What was
 * written is then of no use.
 */
export function decodeHex(text: string, out: Uint8Array): number {
  const { length } = text;
  if ((length & 1) !== 0 || length > 2 * out.length) return 0;
  if (characters.length < length) characters = new Uint8Array(length);
  // One call into native code is quicker than a look at each character of the string.
  if (encoder.encodeInto(text, characters).written !== length) return 0;
  let faults = 0;
  for (let i = 0; i < length; i += 2) {
    const byte = (VALUES[characters[i]!]! << 4) | VALUES[characters[i + 1]!]!;
    faults |= byte;
    out[i >> 1] = byte;
  }
  return faults < 0 ? 0 : length >> 1;
}

/** The text being read; what it is a token of is no secret. */
let characters = new Uint8Array(256);

export function encodeHex(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('hex').toUpperCase();
}

const BYTES = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Two characters; no call into native code. */
export function hexByte(byte: number): string {
  return BYTES[byte]!;
}
