/**
 * Data under a key for data: whole blocks in CBC or ECB, padding is the caller's. Its usage (DATAK) does
 * nothing else, so that what it deciphers was never a key or a PIN block.
 */
import { type BlockKey, decryptCbc, decryptEcb, encryptCbc, encryptEcb } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import { bytes, choice, optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, refusal } from '../../outcome.js';

export const BLOCK_DATA_KEY = { types: ['TCK'], usages: ['DATAK'] } as const;
const SLOT = readySlot({ ...BLOCK_DATA_KEY, part: 'key' });
const MAX_DATA = 32_768;

export const blockData = (doc: string) => bytes(doc, { min: 8, max: MAX_DATA, step: 8 });
/** Key, mode and vector of one direction. */
export const underKey = {
  key: token('DATAK', BLOCK_DATA_KEY),
  mode: choice('mode of the cipher', ['cbc', 'ecb']),
  iv: optional(
    bytes('initialisation vector of CBC; zeros where nothing is said', {
      min: 8,
      max: 16,
      step: 8,
    }),
  ),
};

export interface UnderKey {
  readonly key: string;
  readonly mode: 'cbc' | 'ecb';
  readonly iv?: Uint8Array;
}

const CIPHER = {
  encrypt: { cbc: encryptCbc, ecb: encryptEcb },
  decrypt: { cbc: decryptCbc, ecb: decryptEcb },
} as const;

/** Refuses TOKEN_INVALID; INPUT_INVALID where data or vector are not whole blocks, or ECB has a vector. */
export function underBlockCipher(
  core: Core,
  direction: 'encrypt' | 'decrypt',
  { key: token_, mode, iv, data }: UnderKey & { readonly data: Uint8Array },
): Outcome<Uint8Array> {
  const held = core.keys.open(token_, SLOT);
  const key: BlockKey | undefined = held?.aes ?? held?.des;
  if (key === undefined) return refusal('TOKEN_INVALID');
  const { blockBytes } = key;
  const vector = iv ?? new Uint8Array(blockBytes);
  const whole = data.length % blockBytes === 0 && vector.length === blockBytes;
  if (!whole || (mode === 'ecb' && iv !== undefined)) return refusal('INPUT_INVALID');
  return done(
    mode === 'cbc' ? CIPHER[direction].cbc(key, vector, data) : CIPHER[direction].ecb(key, data),
  );
}
