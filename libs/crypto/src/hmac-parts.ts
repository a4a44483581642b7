/**
 * HMAC of a message that comes in parts, the state between them in the caller's hands. FIPS 198-1;
 * RFC 2104. Parts but the last are whole blocks of the hash. The state is as secret as the key: it is
 * all that a forger of longer messages lacks beside the outer hash.
 */
import { createHash } from 'node:crypto';
import { InputError, requireBytes } from './errors.js';
import type { HmacHash } from './hmac.js';
import { shaBlockBytes, shaChain, shaFinish } from './sha.js';

const INNER = 0x36;
const OUTER = 0x5c;

/** Bytes that parts of a message are whole multiples of. @throws InputError HASH_UNKNOWN */
export function hmacBlockBytes(hash: HmacHash): 64 | 128 {
  return shaBlockBytes(hash);
}

export interface HmacPart {
  readonly hash: HmacHash;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  /** What the part before gave; absent on the first. */
  readonly chain?: Uint8Array;
}

/**
 * The state after a first or middle part: 20 bytes for SHA-1, 32 for SHA-224 and SHA-256, 64 for SHA-384
 * and SHA-512.
 * @throws InputError HASH_UNKNOWN, BYTES_EXPECTED, KEY_LENGTH (empty), DATA_LENGTH (not whole blocks,
 * or nothing), STATE_LENGTH
 */
export function hmacChain({ hash, key, data, chain }: HmacPart): Uint8Array {
  requireBytes(data, 'data');
  if (data.length === 0) throw new InputError('DATA_LENGTH', 'a part must not be empty');
  if (chain !== undefined) return shaChain(hash, data, chain);
  const padded = paddedKey(hash, key, INNER);
  const before = shaChain(hash, padded);
  padded.fill(0);
  try {
    return shaChain(hash, data, before);
  } finally {
    before.fill(0);
  }
}

/**
 * The HMAC that ends a message: `seen` bytes went before this part, `chain` is their state.
 * @throws InputError as `hmacChain`, but for empty data
 */
export function hmacFinish(o: HmacPart & { chain: Uint8Array; seen: number }): Uint8Array {
  const { hash, key, data, chain, seen } = o;
  const blockBytes = shaBlockBytes(hash);
  const inner = shaFinish(hash, data, { before: chain, seen: blockBytes + seen });
  const outer = paddedKey(hash, key, OUTER);
  const mac = createHash(hash).update(outer).update(inner).digest();
  outer.fill(0);
  inner.fill(0);
  return new Uint8Array(mac);
}

/** The key, hashed where it is longer than a block, filled up with zeros and XORed. */
function paddedKey(hash: HmacHash, key: Uint8Array, pad: number): Uint8Array {
  requireBytes(key, 'HMAC key');
  if (key.length === 0) throw new InputError('KEY_LENGTH', 'an HMAC key must not be empty');
  const blockBytes = shaBlockBytes(hash);
  const block = new Uint8Array(blockBytes).fill(pad);
  const short = key.length > blockBytes ? createHash(hash).update(key).digest() : key;
  for (let i = 0; i < short.length; i++) block[i]! ^= short[i]!;
  return block;
}
