/**
 * Facts of the variant LMK scheme (Racal, Zaxus, Thales host security modules) as tables: variants,
 * key schemes, key types and the published test LMKs.
 *
 * An LMK pair is a two-key triple DES key. A key of type vPP is enciphered under the pair that PP
 * names, with the value of variant v XORed into byte 0 of the pair. Types whose `known` is true are
 * confirmed by a published token; the others follow the key type table of the payShield manuals.
 */

/** What variant n XORs into byte 0 of a pair. */
export const LMK_VARIANTS: readonly number[] = [
  0x00, 0xa6, 0x5a, 0x6a, 0xde, 0x2b, 0x50, 0x74, 0x9c, 0xfa,
];

export interface LmkSchemeRow {
  readonly keyBytes: 8 | 16 | 24;
  /** What is XORed into byte 8 of the pair for each part of the key; empty for plain ECB. */
  readonly xorByte8PerPart: readonly number[];
  /** ANSI schemes bind no part to its place: halves can be exchanged. */
  readonly name: string;
}

/** Key schemes by their letter; a token of scheme Z carries none. */
export const LMK_SCHEMES = {
  Z: { keyBytes: 8, xorByte8PerPart: [], name: 'single length, ANSI X9.17' },
  X: { keyBytes: 16, xorByte8PerPart: [], name: 'double length, ANSI X9.17' },
  Y: { keyBytes: 24, xorByte8PerPart: [], name: 'triple length, ANSI X9.17' },
  U: { keyBytes: 16, xorByte8PerPart: [0xa6, 0x5a], name: 'double length, variant' },
  T: { keyBytes: 24, xorByte8PerPart: [0x6a, 0xde, 0x2b], name: 'triple length, variant' },
} as const satisfies Record<string, LmkSchemeRow>;

export type LmkScheme = keyof typeof LMK_SCHEMES;

/** The LMK pair that the last two characters of a key type code name. */
export const LMK_PAIR_OF_CODE: Readonly<Record<string, string>> = {
  '00': '04-05',
  '01': '06-07',
  '02': '14-15',
  '03': '16-17',
  '04': '18-19',
  '05': '20-21',
  '06': '22-23',
  '07': '24-25',
  '08': '26-27',
  '09': '28-29',
  '0A': '30-31',
  '0B': '32-33',
  '0C': '34-35',
  '0D': '36-37',
  '0E': '38-39',
};

/**
 * Key types by their three-character code: what the key is, and whether a published token confirms
 * the code.
 */
export const LMK_KEY_TYPES: Readonly<Record<string, { name: string; known: boolean }>> = {
  '000': { name: 'ZMK', known: true },
  '100': { name: 'ZMK component', known: false },
  '200': { name: 'KML', known: false },
  '001': { name: 'ZPK', known: true },
  '002': { name: 'TMK, TPK, PVK', known: true },
  '302': { name: 'IKEY', known: false },
  '402': { name: 'CVK', known: true },
  '003': { name: 'TAK', known: true },
  '006': { name: 'WWK', known: false },
  '008': { name: 'ZAK', known: true },
  '009': { name: 'BDK', known: true },
  '109': { name: 'MK-AC', known: true },
  '209': { name: 'MK-SMI', known: true },
  '309': { name: 'MK-SMC', known: true },
  '409': { name: 'MK-DAC', known: false },
  '509': { name: 'MK-DN', known: false },
  '609': { name: 'BDK-2', known: false },
  '709': { name: 'MK-CVC3', known: true },
  '809': { name: 'BDK-3', known: false },
  '909': { name: 'BDK-4', known: false },
  '00A': { name: 'ZEK', known: true },
  '00B': { name: 'DEK, TEK', known: true },
  '30B': { name: 'TEK', known: false },
  '00C': { name: 'RSA private key', known: false },
  '10C': { name: 'HMAC key', known: false },
  '00D': { name: 'RSA public key MAC', known: false },
  '70D': { name: 'TPK', known: false },
  '80D': { name: 'TMK', known: false },
  '90D': { name: 'TKR', known: false },
};

/**
 * The test LMK pairs that every simulator shares (Thales test smart cards). Never keys of anything.
 */
export const TEST_LMK_PAIRS: Readonly<Record<string, string>> = {
  '00-01': '01010101010101017902CD1FD36EF8BA',
  '02-03': '20202020202020203131313131313131',
  '04-05': '40404040404040405151515151515151',
  '06-07': '61616161616161617070707070707070',
  '08-09': '80808080808080809191919191919191',
  '10-11': 'A1A1A1A1A1A1A1A1B0B0B0B0B0B0B0B0',
  '12-13': 'C1C1010101010101D0D0010101010101',
  '14-15': 'E0E0010101010101F1F1010101010101',
  '16-17': '1C587F1C13924FEF0101010101010101',
  '18-19': '01010101010101010101010101010101',
  '20-21': '02020202020202020404040404040404',
  '22-23': '07070707070707071010101010101010',
  '24-25': '13131313131313131515151515151515',
  '26-27': '16161616161616161919191919191919',
  '28-29': '1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C',
  '30-31': '23232323232323232525252525252525',
  '32-33': '26262626262626262929292929292929',
  '34-35': '2A2A2A2A2A2A2A2A2C2C2C2C2C2C2C2C',
  '36-37': '2F2F2F2F2F2F2F2F3131313131313131',
  '38-39': '01010101010101010101010101010101',
};

/**
 * The test key-block LMKs of payShield simulators: AES (version 1 blocks) and triple DES (version
 * 0).
 */
export const TEST_KEY_BLOCK_LMKS = {
  aes: '9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A',
  des: '0123456789ABCDEF8080808080808080FEDCBA9876543210',
} as const;
