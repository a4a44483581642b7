/**
 * Cryptograms of the typed four-function API: authenticated, and tagged with what they hold, so that
 * a key that was exported cannot be deciphered as data.
 *
 *   0 tag (1 TData, 2 DataKey), 1-3 length, 4-15 zero | content, padded and enciphered | tag of SIV
 */
import { wipe } from '@pinfold/crypto';
import { TAGS, type Tag } from '../terms.js';
import { decodeHex, encodeHex } from './hex.js';
import { BLOCK, Siv } from './siv.js';

export const MAX_TAGGED_BYTES = 1024;
const LABEL = 'pinfold typed cryptogram';

/** `key`: 16 or 32 bytes. */
export function protectTagged(key: Uint8Array, content: Uint8Array, tag: Tag): string {
  const end = BLOCK + Math.ceil(content.length / BLOCK) * BLOCK;
  const work = new Uint8Array(end + BLOCK);
  work[0] = TAGS.indexOf(tag) + 1;
  work[2] = content.length >> 8;
  work[3] = content.length;
  work.set(content, BLOCK);
  const words = new Int32Array(work.buffer);
  const siv = new Siv(key, LABEL);
  siv.tag(words, end, words, end);
  siv.crypt(words, BLOCK, end, words, end);
  siv.wipe();
  return encodeHex(work, work.length);
}

/** Content and tag, or undefined: altered, cut, or under another key. */
export function unprotectTagged(
  key: Uint8Array,
  text: string,
): { bytes: Uint8Array; tag: Tag } | undefined {
  const work = new Uint8Array(MAX_TAGGED_BYTES + 2 * BLOCK);
  const length = decodeHex(text, work);
  if (length < 2 * BLOCK || length % BLOCK !== 0) return undefined;
  const end = length - BLOCK;
  const words = new Int32Array(work.buffer);
  const expected = new Int32Array(BLOCK >> 2);
  const siv = new Siv(key, LABEL);
  siv.crypt(words, BLOCK, end, words, end);
  siv.tag(words, end, expected, 0);
  siv.wipe();
  let difference = 0;
  for (let i = 0; i < BLOCK >> 2; i++) difference |= expected[i]! ^ words[(end >> 2) + i]!;
  const contentBytes = (work[2]! << 8) | work[3]!;
  const tag = TAGS[work[0]! - 1];
  const sound = difference === 0 && tag !== undefined && BLOCK + contentBytes <= end;
  const bytes = sound ? work.slice(BLOCK, BLOCK + contentBytes) : undefined;
  wipe(work);
  return bytes === undefined ? undefined : { bytes, tag: tag! };
}
