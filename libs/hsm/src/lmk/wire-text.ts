/** Texts as they come from the wire of host commands: one character a byte (latin1). */

export function bytesOfWire(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function wireOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
