/**
 * Memory of the integer engine: where a block comes out, the tables, and the places of schedules.
 * Addresses are in bytes; words are native 32-bit integers.
 */

/** Round keys of one DES pass: two words a round. */
export const PASS_BYTES = 128;
/** Three passes: the most that a key needs; the round keys of AES-256 take 240 bytes. */
export const SCHEDULE_BYTES = 3 * PASS_BYTES;
/** Schedules held at once; each direction of a key has one of its own. */
export const PLACES = 8192;

const S_BOX_BYTES = 256;
const HALVES_BYTES = 2048;
const CHOICES_BYTES = 4096;
const S_BOXES = 64;
const HALVES = S_BOXES + 8 * S_BOX_BYTES;
const CHOICES = HALVES + HALVES_BYTES;
const AES_COLUMN_BYTES = 1024;
const AES_COLUMNS = CHOICES + CHOICES_BYTES;
const AES_S_BOX = AES_COLUMNS + 4 * AES_COLUMN_BYTES;

export const LAYOUT = {
  /** Two words for DES, four for AES: the block that comes out. */
  answer: 0,
  /** Eight tables of 64 words, see `S_BOX_WORDS`. */
  sBoxes: S_BOXES,
  halves: HALVES,
  choices: CHOICES,
  aesColumns: AES_COLUMNS,
  aesSBox: AES_S_BOX,
  schedules: AES_S_BOX + 256,
} as const;

export const MEMORY_BYTES = LAYOUT.schedules + PLACES * SCHEDULE_BYTES;

/** Address of the table of byte `row` (0 to 3) of a column, see `AES_COLUMNS`. */
export function aesColumnAddress(row: number): number {
  return AES_COLUMNS + AES_COLUMN_BYTES * row;
}

/** Address of the table of S-box `box` (0 to 7). */
export function sBoxAddress(box: number): number {
  return S_BOXES + S_BOX_BYTES * box;
}
