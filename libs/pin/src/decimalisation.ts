/**
 * Decimalisation: hexadecimal digits of a cipher block turned into decimal ones.
 *
 * Two ways exist. IBM 3624 maps every digit through a table of 16 decimal digits. Visa (PVV, CVV)
 * takes the digits that are decimal already and then the others less ten, as many as are needed.
 */
import { InputError, isBytes } from '@pinfold/crypto';

/** A checked decimalisation table: entry n is what hexadecimal digit n becomes (0 to 9). */
export type DecimalisationTable = Uint8Array & { readonly __table: unique symbol };

/** The table most issuers use: 0 to 9 stay, A to F become 0 to 5. */
export const COMMON_DECIMALISATION_TABLE = '0123456789012345';

/**
 * Parses a table of 16 decimal digits, or gives back one that was parsed; anything else is
 * `DECIMALISATION_TABLE_INVALID`.
 */
export function decimalisationTable(text: DecimalisationTable | string): DecimalisationTable {
  if (isBytes(text) && text.length === 16 && text.every((digit) => digit <= 9)) return text;
  if (typeof text !== 'string' || !/^\d{16}$/.test(text)) {
    throw new InputError(
      'DECIMALISATION_TABLE_INVALID',
      'a decimalisation table must be 16 decimal digits',
    );
  }
  return Uint8Array.from(text, (digit) => digit.charCodeAt(0) - 48) as DecimalisationTable;
}

/**
 * Maps each hexadecimal digit of `hex` (1 to 32) through the table; as many decimal digits come
 * out.
 */
export function decimalise(hex: string, table: DecimalisationTable | string): string {
  if (typeof hex !== 'string' || !/^[0-9A-Fa-f]{1,32}$/.test(hex)) {
    throw new InputError('HEX_INVALID', 'hex must be 1 to 32 hexadecimal digits');
  }
  const map = decimalisationTable(table);
  let digits = '';
  for (const digit of hex) digits += map[Number.parseInt(digit, 16)];
  return digits;
}

/** Eight hexadecimal digits (one word) mapped through the table: eight packed decimal digits. */
export function decimaliseWord(word: number, table: DecimalisationTable): number {
  return (
    (table[word >>> 28]! << 28) |
    (table[(word >>> 24) & 15]! << 24) |
    (table[(word >>> 20) & 15]! << 20) |
    (table[(word >>> 16) & 15]! << 16) |
    (table[(word >>> 12) & 15]! << 12) |
    (table[(word >>> 8) & 15]! << 8) |
    (table[(word >>> 4) & 15]! << 4) |
    table[word & 15]!
  );
}

/**
 * Visa decimalisation of the block (hi, lo): its first `count` (at most 7) decimal digits from left
 * to right, then, from left to right again, A to F less ten. Packed to the right. The letters of
 * `lo` are never needed: the eight digits of `hi` are more than seven by themselves.
 */
export function visaDecimaliseWords(hi: number, lo: number, count: number): number {
  const end = 1 << (4 * count);
  let digits = take(DECIMAL, hi, 1, end);
  digits = take(DECIMAL, lo, digits, end);
  digits = take(LETTER, hi, digits, end);
  return digits ^ end;
}

const DECIMAL = 0;
const LETTER = -1;

/**
 * Appends the decimal nibbles of `word`, or its nibbles A to F less ten, until the leading 1 of
 * `digits` has reached `end`. No branch on a nibble: `taken` is all ones or all zeros.
 */
function take(kind: 0 | -1, word: number, digits: number, end: number): number {
  let all = digits;
  for (let shift = 28; shift >= 0 && all < end; shift -= 4) {
    const nibble = (word >>> shift) & 15;
    const taken = ((nibble - 10) >> 31) ^ kind;
    all = (all << (4 & taken)) | ((nibble - (10 & kind)) & taken);
  }
  return all;
}
