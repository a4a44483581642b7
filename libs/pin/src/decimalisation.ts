/**
 * Decimalisation: hexadecimal digits of a cipher block turned into decimal ones.
 *
 * Two ways exist. IBM 3624 maps every digit through a table of 16 decimal digits. Visa (PVV, CVV)
 * takes the digits that are decimal already and then the others less ten, as many as are needed.
 */
import { InputError } from '@pinfold/crypto';
import { nibbleAt } from './words.js';

/** A checked decimalisation table: entry n is what hexadecimal digit n becomes (0 to 9). */
export type DecimalisationTable = Uint8Array & { readonly __table: unique symbol };

/** The table most issuers use: 0 to 9 stay, A to F become 0 to 5. */
export const COMMON_DECIMALISATION_TABLE = '0123456789012345';

/** Parses a table of 16 decimal digits; anything else is `DECIMALISATION_TABLE_INVALID`. */
export function decimalisationTable(text: string): DecimalisationTable {
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
  const map = typeof table === 'string' ? decimalisationTable(table) : table;
  let digits = '';
  for (const digit of hex) digits += map[Number.parseInt(digit, 16)];
  return digits;
}

/** Eight hexadecimal digits (one word) mapped through the table: eight packed decimal digits. */
export function decimaliseWord(word: number, table: DecimalisationTable): number {
  let digits = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    digits = (digits << 4) | table[(word >>> shift) & 15]!;
  }
  return digits;
}

/**
 * Visa decimalisation of the block (hi, lo): its first `count` (at most 7) decimal digits from left
 * to right, then, from left to right again, A to F less ten. Packed to the right.
 */
export function visaDecimaliseWords(hi: number, lo: number, count: number): number {
  let digits = 0;
  let found = 0;
  for (let i = 0; i < 16 && found < count; i++) {
    const nibble = nibbleAt(hi, lo, i);
    if (nibble < 10) {
      digits = (digits << 4) | nibble;
      found++;
    }
  }
  for (let i = 0; i < 16 && found < count; i++) {
    const nibble = nibbleAt(hi, lo, i);
    if (nibble > 9) {
      digits = (digits << 4) | (nibble - 10);
      found++;
    }
  }
  return digits;
}
