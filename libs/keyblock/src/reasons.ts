/**
 * Why a key block is refused. Outside there is one answer, `KEY_BLOCK_INVALID`, whatever the
 * reason; the reason is the refusal's `detail`, for the audit log of whoever holds the protection
 * key. Listed in the order in which they are looked for: the first that applies is the one given.
 */
export const KEY_BLOCK_REASONS = {
  NOT_TEXT: 'not printable ASCII, or shorter than a header',
  VERSION_UNKNOWN: 'version (byte 0) is none of A B C D E 0 1',
  LENGTH_MALFORMED: 'length (bytes 1 to 4) is not four digits',
  USAGE_UNKNOWN: 'key usage (bytes 5 and 6) is not in the table',
  ALGORITHM_UNKNOWN: 'algorithm (byte 7) is not in the table',
  ALGORITHM_NOT_FOR_USAGE: 'the usage does not go with the algorithm',
  MODE_UNKNOWN: 'mode of use (byte 8) is not in the table',
  MODE_NOT_FOR_USAGE: 'the usage does not go with the mode of use',
  KEY_VERSION_INVALID: 'key version (bytes 9 and 10) is not two alphanumeric characters',
  EXPORTABILITY_UNKNOWN: 'exportability (byte 11) is none of E N S',
  RESERVED_INVALID: 'bytes 14 and 15 are not alphanumeric',
  BLOCK_COUNT_INVALID: 'the number of optional blocks (bytes 12 and 13) is not two digits',
  BLOCK_MALFORMED: 'an optional block has a bad identifier or length, or runs past the end',
  BLOCK_REPEATED: 'an optional block occurs twice',
  BLOCK_MISPLACED: 'a padding block (PB) is not the last one',
  HEADER_UNALIGNED: 'the header is not a multiple of the cipher block',
  LENGTH_WRONG: 'length differs from the text, or the text is not whole cipher blocks',
  PROTECTION_KEY: 'the protection key is not of the kind that the version needs',
  NOT_HEX: 'the enciphered key or the MAC is not upper-case hexadecimal',
  MAC_WRONG: 'the MAC does not verify: altered, or another protection key',
  KEY_LENGTH:
    'the key length inside is not whole bytes, not within the block, or not one of the algorithm',
} as const;

/** One reason of `KEY_BLOCK_REASONS`. */
export type KeyBlockReason = keyof typeof KEY_BLOCK_REASONS;

/** The one code that callers see. */
export type KeyBlockRefusal = 'KEY_BLOCK_INVALID';
