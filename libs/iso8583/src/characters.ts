/**
 * Which bytes each kind of field may hold: ISO 8583:1987, 4.4 (attribute codes a, n, s, z, x).
 * Text is ISO 8859-1, so a character is a byte. `an` admits the space, which pads short values.
 */

export const DIGIT = 1;
export const ALPHANUMERIC = 2;
export const PRINTABLE = 4;
export const TRACK = 8;
export const SIGN = 16;

/** Bit set of the classes that each byte belongs to. */
export const CLASSES: Uint8Array = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  for (let c = 0; c < 256; c++) {
    const text = String.fromCharCode(c);
    if (/[0-9]/.test(text)) table[c]! |= DIGIT;
    if (/[0-9A-Za-z ]/.test(text)) table[c]! |= ALPHANUMERIC;
    if ((c >= 0x20 && c <= 0x7e) || c >= 0xa0) table[c]! |= PRINTABLE;
    if (/[0-9=D]/.test(text)) table[c]! |= TRACK;
    if (/[CD+\-0]/.test(text)) table[c]! |= SIGN;
  }
  return table;
}

/** Value of a hexadecimal digit's character code, 255 for any other character. */
export const HEX_VALUE: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = '0123456789ABCDEF'.indexOf(String.fromCharCode(c).toUpperCase());
  return c < 0x80 && value >= 0 ? value : 255;
});

/** Character codes of the upper-case hexadecimal digits. */
export const HEX_DIGIT: Uint8Array = Uint8Array.from('0123456789ABCDEF', (d) => d.charCodeAt(0));
