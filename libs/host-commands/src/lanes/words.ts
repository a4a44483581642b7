/** Fields as 32-bit words, straight from the bytes of the wire. Their characters were checked before. */

/** By character: the value of a hexadecimal digit. A branch would be guessed wrong every other time. */
const NIBBLES = new Uint8Array(256);
for (let value = 0; value < 16; value++) {
  NIBBLES[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** Eight hexadecimal digits. */
export function hexWord(buffer: Uint8Array, at: number): number {
  return (
    (NIBBLES[buffer[at]!]! << 28) |
    (NIBBLES[buffer[at + 1]!]! << 24) |
    (NIBBLES[buffer[at + 2]!]! << 20) |
    (NIBBLES[buffer[at + 3]!]! << 16) |
    (NIBBLES[buffer[at + 4]!]! << 12) |
    (NIBBLES[buffer[at + 5]!]! << 8) |
    (NIBBLES[buffer[at + 6]!]! << 4) |
    NIBBLES[buffer[at + 7]!]!
  );
}

/** Up to eight digits, one a nibble, packed to the right. */
export function packedDigits(buffer: Uint8Array, at: number, count: number): number {
  let word = 0;
  for (let i = at; i < at + count; i++) word = (word << 4) | (buffer[i]! & 15);
  return word;
}

/** Two decimal digits as a number. */
export function decimal2(buffer: Uint8Array, at: number): number {
  return (buffer[at]! - 48) * 10 + buffer[at + 1]! - 48;
}

/** Whether buffer[from, to) has decimal digits only. */
export function allDigits(buffer: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (buffer[i]! < 48 || buffer[i]! > 57) return false;
  return true;
}
