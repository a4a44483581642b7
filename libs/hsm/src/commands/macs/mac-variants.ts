/**
 * MACs by name: algorithm, padding, length, and messages that come in parts. One table says which
 * key usages go with which algorithm (rule M9), whether there are paddings, and how short a MAC may
 * be. Parts but the last are whole blocks: 8 bytes of DES, 16 of AES, 64 or 128 of a hash.
 */
import {
  type BlockKey,
  cmac,
  encryptCbc,
  HMAC_HASHES,
  type HmacHash,
  hmac,
  hmacBlockBytes,
  hmacChain,
  hmacFinish,
  Iso9797Stream,
} from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { bytes, choice, integer, optional, token } from '../../declare/field.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { readySlot } from '../../keys/key-store.js';
import type { UsageName } from '../../keys/usages.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { MAX_MAC_DATA_BYTES } from './mac.js';
import type { MacState } from './mac-state.js';

export const ANY_MAC_KEY = { types: ['TCK'], usages: ['TAK', 'ZAK', 'CBCMAK', 'HMK'] } as const;
const SLOT = readySlot({ ...ANY_MAC_KEY, part: 'key' });

interface Variant {
  readonly usages: readonly UsageName[];
  readonly cipher: 'des' | 'aes' | 'hash';
  /** Length of the whole MAC in bytes, and the shortest that is made or looked at. */
  readonly bytes: number;
  readonly minBytes: number;
}

export const MIN_MAC_BYTES = 4;
/** RFC 2104, 5: 80 bits, and SHA-1 in half. */
export const MIN_HMAC_BYTES = 10;
export const MAX_MAC_BYTES = 64;

const HASH_BYTES = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
const hashed = Object.fromEntries(
  HMAC_HASHES.map((hash) => [
    `hmac-${hash}`,
    { usages: ['HMK'], cipher: 'hash', bytes: HASH_BYTES[hash], minBytes: MIN_HMAC_BYTES },
  ]),
) as unknown as Record<`hmac-${(typeof HMAC_HASHES)[number]}`, Variant>;

export const MAC_VARIANTS: Readonly<Record<MacAlgorithm, Variant>> = {
  'iso9797-1': { usages: ['CBCMAK'], cipher: 'des', bytes: 8, minBytes: MIN_MAC_BYTES },
  'iso9797-3': { usages: ['TAK', 'ZAK'], cipher: 'des', bytes: 8, minBytes: MIN_MAC_BYTES },
  cmac: { usages: ['TAK', 'ZAK'], cipher: 'aes', bytes: 16, minBytes: MIN_MAC_BYTES },
  ...hashed,
};
export type MacAlgorithm = 'iso9797-1' | 'iso9797-3' | 'cmac' | keyof typeof hashed;
export const MAC_ALGORITHMS = [
  'iso9797-1',
  'iso9797-3',
  'cmac',
  ...HMAC_HASHES.map((hash) => `hmac-${hash}` as const),
] as const;

/** Longest message in parts. */
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** Members of every command of this family. */
export const macMembers = {
  key: token('TAK, ZAK, CBCMAK or HMK, by the algorithm', ANY_MAC_KEY),
  algorithm: choice('algorithm', MAC_ALGORITHMS),
  padding: optional(integer('padding of ISO 9797-1; 1 where nothing is said', { min: 1, max: 3 })),
  data: bytes('message, or its next part', { min: 0, max: MAX_MAC_DATA_BYTES }),
};
export const totalBytes = () =>
  optional(
    integer('length of the whole message; padding 3, first part', {
      min: 0,
      max: MAX_MESSAGE_BYTES,
    }),
  );

/** The members again, as the logic sees them. */
export interface MacAsked {
  readonly key: string;
  readonly algorithm: MacAlgorithm;
  readonly padding?: number;
  readonly data: Uint8Array;
}

/** The key, or undefined where it is not one for the algorithm. */
export function macKey(core: Core, asked: MacAsked): ClearKey | undefined {
  const { usages, cipher } = MAC_VARIANTS[asked.algorithm];
  const held = core.keys.open(asked.key, SLOT);
  if (held === undefined) return undefined;
  if (core.policy.on['M9.one-usage'] && !usages.includes(held.header.usage)) return undefined;
  if (cipher === 'des' && held.des === undefined) return undefined;
  if (cipher === 'aes' && (held.aes ?? held.des) === undefined) return undefined;
  if (cipher === 'aes' && held.aes === undefined && core.policy.on['M9.one-usage'])
    return undefined;
  if (asked.algorithm === 'iso9797-3' && held.header.lengthBytes < 16) return undefined;
  return held;
}

/** The MAC that ends a message: whole, or after the parts that `state` carries. */
export function finishMac(
  held: ClearKey,
  { algorithm, padding = 1, data }: MacAsked,
  state: MacState | undefined,
): Outcome<Uint8Array> {
  const { cipher } = MAC_VARIANTS[algorithm];
  if (cipher === 'hash') {
    const part = { hash: hashOf(algorithm), key: held.exposeBytes(), data };
    return done(
      state === undefined
        ? hmac(part.hash, part.key, data)
        : hmacFinish({ ...part, chain: state.chain, seen: state.seen }),
    );
  }
  if (cipher === 'aes') return done(cmac((held.aes ?? held.des)!, data, state?.chain));
  const total = state === undefined ? data.length : state.total;
  const seen = state === undefined ? 0 : state.seen;
  if (total !== undefined && padding === 3 && seen + data.length !== total) {
    return refusal('INPUT_INVALID');
  }
  return done(stream(held, { algorithm, padding, state, total }).update(data).finish());
}

/** A first or middle part: whole blocks, at least one. The chaining value after it. */
export function chainMac(
  held: ClearKey,
  { algorithm, padding = 1, data }: MacAsked,
  { state, total }: { state: MacState | undefined; total: number | undefined },
): Outcome<MacState> {
  const { cipher } = MAC_VARIANTS[algorithm];
  const blockBytes =
    cipher === 'hash' ? hmacBlockBytes(hashOf(algorithm)) : cipherOf(held, cipher).blockBytes;
  if (data.length === 0 || data.length % blockBytes !== 0) return refusal('INPUT_INVALID');
  const whole = state === undefined ? total : state.total;
  const seen = (state?.seen ?? 0) + data.length;
  if (seen > MAX_MESSAGE_BYTES || (whole !== undefined && seen > whole)) {
    return refusal('INPUT_INVALID');
  }
  return done({
    chain: chainOf(held, { algorithm, padding, data }, { state, total: whole }),
    seen,
    total: whole,
  });
}

function chainOf(
  held: ClearKey,
  { algorithm, padding, data }: Omit<Required<MacAsked>, 'key'>,
  { state, total }: { state: MacState | undefined; total: number | undefined },
): Uint8Array {
  const { cipher } = MAC_VARIANTS[algorithm];
  if (cipher === 'hash') {
    const key = held.exposeBytes();
    return hmacChain({ hash: hashOf(algorithm), key, data, chain: state?.chain });
  }
  if (cipher === 'des') {
    return stream(held, { algorithm, padding, state, total }).update(data).chainingValue();
  }
  const key = cipherOf(held, cipher);
  const { blockBytes } = key;
  return encryptCbc(key, state?.chain ?? new Uint8Array(blockBytes), data).slice(-blockBytes);
}

function cipherOf(held: ClearKey, cipher: 'des' | 'aes'): BlockKey {
  return cipher === 'aes' ? (held.aes ?? held.des)! : held.des!;
}

function hashOf(algorithm: MacAlgorithm): HmacHash {
  return algorithm.slice('hmac-'.length) as HmacHash;
}

function stream(
  held: ClearKey,
  o: { algorithm: MacAlgorithm; padding: number; state: MacState | undefined; total?: number },
): Iso9797Stream {
  return new Iso9797Stream({
    algorithm: o.algorithm === 'iso9797-1' ? 1 : 3,
    padding: o.padding as 1 | 2 | 3,
    key: held.des!,
    iv: o.state?.chain,
    totalBytes: o.total,
  });
}
