/**
 * Wrapping a key into a key block, all versions. X9.143 clause 6.
 *
 *   header text | hex(E(KBEK, length in bits (2 bytes) | key | random padding)) | hex(MAC)
 *
 * The padding hides the key's length: up to the longest key of the algorithm (24 bytes for DES
 * keys, 32 for AES), unless the caller says otherwise.
 */
import {
  concatBytes,
  InputError,
  isBytes,
  type RandomBytes,
  takeRandom,
  toHex,
  wipe,
} from '@pinfold/crypto';
import { deriveKeyBlockKeys, type KeyBlockKeys, wipeKeyBlockKeys } from './derive.js';
import { buildHeader, type KeyBlockHeaderInput } from './header.js';
import { encipher, keyBlockIv, keyBlockMac } from './protection.js';
import { ALGORITHMS, type KeyAlgorithm } from './usages.js';
import { type KeyBlockVersionRow, versionRow } from './versions.js';

export interface WrapInput {
  /** Protection key as bytes, or keys derived once by `deriveKeyBlockKeys` for the same version. */
  kbpk: Uint8Array | KeyBlockKeys;
  header: KeyBlockHeaderInput;
  key: Uint8Array;
  random: RandomBytes;
  /** Bytes of key and padding together before alignment; default: the algorithm's longest key. */
  paddedKeyBytes?: number;
  /** Lets a two-digit (proprietary) usage pass. */
  proprietary?: boolean;
}

/** The longest key (bytes) to which shorter ones are padded by default. */
const PADDED_TO: Partial<Record<string, number>> = { T: 24, D: 24, A: 32 };

/** Largest key: 9999 characters hold far less than the 65,535 bits of the length field. */
const MAX_KEY_BYTES = 4096;

/**
 * The key block as text.
 * @throws InputError HEADER_INVALID, BLOCK_…, KEY_INVALID, KBPK_INVALID, PADDING_INVALID,
 * KEY_BLOCK_LENGTH, RANDOM_SOURCE
 */
export function wrapKeyBlock(input: WrapInput): string {
  const { header, key, random } = input;
  const row = versionRow(header?.version);
  if (row === undefined)
    throw new InputError('HEADER_INVALID', 'key block header: VERSION_UNKNOWN');
  requireKey(key, header.algorithm);
  const fieldBytes = keyFieldBytes(input, row);
  const bodyLength = 2 * (fieldBytes + row.macBytes);
  const text = buildHeader(header, { bodyLength, proprietary: input.proprietary });
  const given = !isBytes(input.kbpk);
  const keys = given
    ? ownVersion(input.kbpk as KeyBlockKeys, header.version)
    : deriveKeyBlockKeys(header.version, input.kbpk as Uint8Array);
  const bits = key.length * 8;
  const padding = takeRandom(random, fieldBytes - 2 - key.length);
  const clear = concatBytes(Uint8Array.of(bits >> 8, bits & 255), key, padding);
  const body = protect(keys, row, { text, clear });
  wipe(clear);
  if (!given) wipeKeyBlockKeys(keys);
  return text + toHex(body);
}

/** Ciphertext and MAC, in the order of the block. */
function protect(
  keys: KeyBlockKeys,
  row: KeyBlockVersionRow,
  { text, clear }: { text: string; clear: Uint8Array },
): Uint8Array {
  if (row.macOver === 'clear') {
    const mac = keyBlockMac(keys.authentication, row, { header: text, data: clear });
    const data = encipher(keys.encryption, row, { iv: keyBlockIv(row, text, mac), data: clear });
    return concatBytes(data, mac);
  }
  const iv = keyBlockIv(row, text, new Uint8Array(0));
  const data = encipher(keys.encryption, row, { iv, data: clear });
  return concatBytes(data, keyBlockMac(keys.authentication, row, { header: text, data }));
}

/** Length of the field with the two length bytes, key and padding, aligned. */
function keyFieldBytes(
  { header, key, paddedKeyBytes }: WrapInput,
  row: KeyBlockVersionRow,
): number {
  if (
    paddedKeyBytes !== undefined &&
    (!Number.isInteger(paddedKeyBytes) || paddedKeyBytes < 0 || paddedKeyBytes > MAX_KEY_BYTES)
  ) {
    throw new InputError('PADDING_INVALID', 'paddedKeyBytes must be an integer from 0 to 4096');
  }
  const padded = Math.max(key.length, paddedKeyBytes ?? PADDED_TO[header.algorithm] ?? key.length);
  return Math.ceil((2 + padded) / row.alignBytes) * row.alignBytes;
}

function requireKey(key: unknown, algorithm: string): asserts key is Uint8Array {
  const lengths = Object.hasOwn(ALGORITHMS, algorithm)
    ? (ALGORITHMS[algorithm as KeyAlgorithm].keyBytes as readonly number[] | undefined)
    : undefined;
  if (!isBytes(key) || key.length < 1 || key.length > MAX_KEY_BYTES) {
    throw new InputError('KEY_INVALID', 'key must be 1 to 4096 bytes');
  }
  if (lengths !== undefined && !lengths.includes(key.length)) {
    throw new InputError(
      'KEY_INVALID',
      `key of this algorithm must be ${lengths.join(' or ')} bytes`,
    );
  }
}

function ownVersion(keys: KeyBlockKeys, version: string): KeyBlockKeys {
  if (keys?.version !== version) {
    throw new InputError(
      'KBPK_INVALID',
      'kbpk must be bytes, or keys derived for the same version',
    );
  }
  return keys;
}
