/** Hexadecimal to and from a work area, without allocating on the way in. Upper case only: one text form per token. */
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 16; i++) VALUES['0123456789ABCDEF'.charCodeAt(i)] = i;

/** Bytes written to `out`; 0 when `text` is odd, too long, empty or not upper-case hexadecimal. */
export function decodeHex(text: string, out: Uint8Array): number {
  const { length } = text;
  if ((length & 1) !== 0 || length > 2 * out.length) return 0;
  for (let i = 0; i < length; i += 2) {
    const hi = text.charCodeAt(i);
    const lo = text.charCodeAt(i + 1);
    const byte = hi > 127 || lo > 127 ? -1 : (VALUES[hi]! << 4) | VALUES[lo]!;
    if (byte < 0) return 0;
    out[i >> 1] = byte;
  }
  return length >> 1;
}

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
