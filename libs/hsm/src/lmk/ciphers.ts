/** Data enciphered and deciphered under data keys. */
import {
  type BlockKey,
  decryptCbc,
  decryptCfb,
  decryptEcb,
  encryptCbc,
  encryptCfb,
  encryptEcb,
  fromHex,
} from '@pinfold/crypto';
import { type LmkKey, openKeyOf } from './open-key.js';
import { refuse } from './refusal.js';

/** ECB, CBC, CFB of bytes, CFB of whole blocks. */
export type CipherMode = '00' | '01' | '02' | '03';

export interface CipherRequest {
  readonly mode: CipherMode;
  /** Hexadecimal; of all modes but ECB. */
  readonly iv?: string;
  readonly data: Uint8Array;
  readonly decrypt: boolean;
}

/** The data, and the vector for its next part; 06 for data that is no whole number of blocks. */
export function encipher(
  key: LmkKey,
  o: CipherRequest,
): { iv: Uint8Array | undefined; data: Uint8Array } {
  const { block } = openKeyOf(key);
  const size = block.blockBytes;
  if (o.data.length === 0 || o.data.length % size !== 0) refuse('06');
  if (o.mode === '00') {
    const data = o.decrypt ? decryptEcb(block, o.data) : encryptEcb(block, o.data);
    return { iv: undefined, data };
  }
  const data = chained(block, { ...o, mode: o.mode, iv: fromHex(o.iv!) });
  // The vector for the next part: the last block of the cipher text, in CFB too.
  return { iv: (o.decrypt ? o.data : data).slice(-size), data };
}

/** From under one key to under another; the clear data is overwritten. */
export function reencipher(
  from: { readonly key: LmkKey; readonly mode: CipherMode; readonly iv?: string },
  to: { readonly key: LmkKey; readonly mode: CipherMode; readonly iv?: string },
  data: Uint8Array,
): { iv: Uint8Array | undefined; data: Uint8Array } {
  const clear = encipher(from.key, { mode: from.mode, iv: from.iv, data, decrypt: true });
  const done = encipher(to.key, { mode: to.mode, iv: to.iv, data: clear.data, decrypt: false });
  clear.data.fill(0);
  return done;
}

function chained(
  key: BlockKey,
  o: { mode: Exclude<CipherMode, '00'>; iv: Uint8Array; data: Uint8Array; decrypt: boolean },
): Uint8Array {
  const { iv, data } = o;
  if (o.mode === '01') return o.decrypt ? decryptCbc(key, iv, data) : encryptCbc(key, iv, data);
  const segment = o.mode === '02' ? 'byte' : 'block';
  return o.decrypt
    ? decryptCfb({ key, iv, data, segment })
    : encryptCfb({ key, iv, data, segment });
}
