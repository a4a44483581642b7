/** Character classes as one table of bits, so that a check is one look per character. */
import type { CharClass } from './nodes.js';

const BITS: Record<CharClass, number> = { digits: 1, hex: 2, alnum: 4, text: 8, binary: 16 };
/** By character: the classes that it is in. */
export const CHARACTERS = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  const character = String.fromCharCode(code);
  let bits = BITS.binary;
  if (/\d/.test(character)) bits |= BITS.digits;
  if (/[0-9A-F]/.test(character)) bits |= BITS.hex;
  if (/[0-9A-Za-z]/.test(character)) bits |= BITS.alnum;
  if (code >= 0x20 && code < 0x7f) bits |= BITS.text;
  CHARACTERS[code] = bits;
}

/** The bit of a class in `CHARACTERS`. */
export function maskOf(chars: CharClass): number {
  return BITS[chars];
}

/** Whether text[from, to) has only characters of the class. */
export function allOf(chars: CharClass, text: string, from: number, to: number): boolean {
  const bit = BITS[chars];
  let all = bit;
  for (let i = from; i < to; i++) all &= CHARACTERS[text.charCodeAt(i)]!;
  return all !== 0;
}
