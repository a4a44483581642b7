/**
 * Key block versions as one table: what protects the key and how.
 *
 * | id | standard | cipher | keys from the protection key | MAC over | IV |
 * | A, C | TR-31:2005, 2010 | TDES CBC | XOR variants | header and ciphertext | header |
 * | B | X9.143 | TDES CBC | TDES-CMAC derivation | header and clear key | MAC |
 * | D | X9.143 | AES CBC | AES-CMAC derivation | header and clear key | MAC |
 * | E | ISO 20038 | AES CTR | AES-CMAC derivation | header and clear key | MAC |
 * | 0 | payShield | TDES CBC | XOR variants | header and ciphertext | header |
 * | 1 | payShield | AES CBC | AES-CMAC derivation | header and ciphertext | header |
 */

export type KeyBlockVersion = 'A' | 'B' | 'C' | 'D' | 'E' | '0' | '1';

export interface KeyBlockVersionRow {
  readonly cipher: 'des' | 'aes';
  readonly blockBytes: 8 | 16;
  /** What the length of the key field is a multiple of: the cipher block, or 1 for CTR. */
  readonly alignBytes: 8 | 16 | 1;
  readonly derivation: 'variant' | 'cmac';
  readonly mode: 'cbc' | 'ctr';
  /**
   * What the MAC covers after the header; the IV is then the header's first block, or the MAC
   * itself.
   */
  readonly macOver: 'ciphertext' | 'clear';
  readonly mac: 'cbc-mac' | 'cmac';
  readonly macBytes: 4 | 8 | 16;
  /** Whether two-digit usages belong to the scheme, without being asked for. */
  readonly proprietaryUsages: boolean;
  readonly standard: string;
}

const variant = {
  cipher: 'des',
  blockBytes: 8,
  alignBytes: 8,
  derivation: 'variant',
  mode: 'cbc',
  macOver: 'ciphertext',
  mac: 'cbc-mac',
  macBytes: 4,
  proprietaryUsages: false,
} as const;
const aes = {
  cipher: 'aes',
  blockBytes: 16,
  alignBytes: 16,
  derivation: 'cmac',
  mode: 'cbc',
  macOver: 'clear',
  mac: 'cmac',
  macBytes: 16,
  proprietaryUsages: false,
} as const;

export const KEY_BLOCK_VERSIONS = {
  A: { ...variant, standard: 'TR-31:2005 (deprecated by X9.143)' },
  B: {
    ...variant,
    derivation: 'cmac',
    macOver: 'clear',
    mac: 'cmac',
    macBytes: 8,
    standard: 'ANSI X9.143:2022',
  },
  C: { ...variant, standard: 'TR-31:2010 (deprecated by X9.143)' },
  D: { ...aes, standard: 'ANSI X9.143:2022' },
  E: { ...aes, mode: 'ctr', alignBytes: 1, standard: 'ISO 20038:2017' },
  '0': { ...variant, proprietaryUsages: true, standard: 'payShield key block, TDES LMK' },
  '1': {
    ...aes,
    macOver: 'ciphertext',
    macBytes: 8,
    proprietaryUsages: true,
    standard: 'payShield key block, AES LMK',
  },
} as const satisfies Record<KeyBlockVersion, KeyBlockVersionRow>;

/** The row of a version, or undefined for an unknown one. */
export function versionRow(version: string): KeyBlockVersionRow | undefined {
  return typeof version === 'string' && Object.hasOwn(KEY_BLOCK_VERSIONS, version)
    ? KEY_BLOCK_VERSIONS[version as KeyBlockVersion]
    : undefined;
}
