/**
 * Unwrapping a key block, all versions. Every refusal is `KEY_BLOCK_INVALID`; the reason (see
 * `reasons.ts`) is its `detail`. Nothing read from inside the ciphertext decides anything before
 * the MAC has verified.
 */
import { equalConstantTime, fromHex, isBytes, ok, type Result, wipe } from '@pinfold/crypto';
import {
  deriveKeyBlockKeys,
  isProtectionKey,
  type KeyBlockKeys,
  wipeKeyBlockKeys,
} from './derive.js';
import { type KeyBlockHeader, no, parseHeader } from './header.js';
import { decipher, keyBlockIv, keyBlockMac } from './protection.js';
import type { KeyBlockRefusal } from './reasons.js';
import { ALGORITHMS, type KeyAlgorithm } from './usages.js';
import { type KeyBlockVersionRow, versionRow } from './versions.js';

export interface UnwrapInput {
  /** Protection key as bytes, or keys derived once by `deriveKeyBlockKeys` for the same version. */
  kbpk: Uint8Array | KeyBlockKeys;
  block: string;
  /** Lets two-digit (proprietary) usages pass in versions A to E; in 0 and 1 they always do. */
  proprietary?: boolean;
}

export interface UnwrappedKey {
  key: Uint8Array;
  header: KeyBlockHeader;
}

/** The key and its header, or the one refusal. */
export function unwrapKeyBlock(input: UnwrapInput): Result<UnwrappedKey, KeyBlockRefusal> {
  const { block, kbpk } = input;
  const parsed = parseHeader(block, { proprietary: input.proprietary });
  if (!parsed.ok) return parsed;
  const { header, headerLength, statedLength } = parsed.value;
  const row = versionRow(header.version)!;
  if (headerLength % row.alignBytes !== 0) return no('HEADER_UNALIGNED');
  const body = block.slice(headerLength);
  const dataLength = body.length - 2 * row.macBytes;
  const whole = dataLength > 4 && dataLength % (2 * row.alignBytes) === 0;
  if (statedLength !== block.length || !whole) return no('LENGTH_WRONG');
  const usable = isBytes(kbpk) ? isProtectionKey(kbpk, row) : kbpk?.version === header.version;
  if (!usable) return no('PROTECTION_KEY');
  if (!/^[0-9A-F]+$/.test(body)) return no('NOT_HEX');
  const given = !isBytes(kbpk);
  const keys = given ? kbpk : deriveKeyBlockKeys(header.version, kbpk);
  const clear = opened(keys, row, {
    text: block.slice(0, headerLength),
    data: fromHex(body.slice(0, dataLength)),
    mac: fromHex(body.slice(dataLength)),
  });
  if (!given) wipeKeyBlockKeys(keys);
  if (clear === undefined) return no('MAC_WRONG');
  const key = keyInside(clear, header.algorithm as KeyAlgorithm);
  wipe(clear);
  return key === undefined ? no('KEY_LENGTH') : ok({ key, header });
}

/** The clear key field, or undefined when the MAC does not verify. */
function opened(
  keys: KeyBlockKeys,
  row: KeyBlockVersionRow,
  { text, data, mac }: { text: string; data: Uint8Array; mac: Uint8Array },
): Uint8Array | undefined {
  const iv = keyBlockIv(row, text, mac);
  if (row.macOver === 'ciphertext') {
    const expected = keyBlockMac(keys.authentication, row, { header: text, data });
    return equalConstantTime(expected, mac)
      ? decipher(keys.encryption, row, { iv, data })
      : undefined;
  }
  const clear = decipher(keys.encryption, row, { iv, data });
  const expected = keyBlockMac(keys.authentication, row, { header: text, data: clear });
  if (equalConstantTime(expected, mac)) return clear;
  wipe(clear);
  return undefined;
}

/** A copy of the key, or undefined when its length is not one that the algorithm has. */
function keyInside(clear: Uint8Array, algorithm: KeyAlgorithm): Uint8Array | undefined {
  const bits = (clear[0]! << 8) | clear[1]!;
  const bytes = bits / 8;
  if (!Number.isInteger(bytes) || bytes === 0 || bytes > clear.length - 2) return undefined;
  const lengths = ALGORITHMS[algorithm].keyBytes as readonly number[] | undefined;
  if (lengths !== undefined && !lengths.includes(bytes)) return undefined;
  return clear.slice(2, 2 + bytes);
}
