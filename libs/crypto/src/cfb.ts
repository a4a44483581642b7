/**
 * Cipher feedback, in segments of one byte (CFB8) or of a whole block (CFB64 under DES, CFB128 under
 * AES). SP 800-38A 6.3, FIPS 81 section 5. Only encryption of the cipher is used. No padding.
 */

import { InputError, requireBytes, requireLength } from './errors.js';
import type { BlockKey } from './modes.js';

export type CfbSegment = 'byte' | 'block';

export interface CfbInput {
  readonly key: BlockKey;
  /** One block. */
  readonly iv: Uint8Array;
  readonly data: Uint8Array;
  readonly segment: CfbSegment;
}

/** @throws InputError BYTES_EXPECTED, IV_LENGTH, DATA_LENGTH (not whole segments), KEY_WIPED */
export function encryptCfb(input: CfbInput): Uint8Array {
  return feedback(input, 'out');
}

/** @throws InputError as `encryptCfb` */
export function decryptCfb(input: CfbInput): Uint8Array {
  return feedback(input, 'in');
}

/** The register takes the cipher text of each segment: what goes out when enciphering, else what came in. */
function feedback({ key, iv, data, segment }: CfbInput, from: 'in' | 'out'): Uint8Array {
  requireBytes(data, 'data');
  const size = key.blockBytes;
  requireLength(iv, { name: 'iv', code: 'IV_LENGTH', allowed: [size] });
  const step = segment === 'byte' ? 1 : size;
  if (data.length % step !== 0) {
    throw new InputError('DATA_LENGTH', 'data must be whole segments');
  }
  const register = new Uint8Array(iv);
  const stream = new Uint8Array(size);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += step) {
    key.encryptInto(register, 0, stream, 0);
    for (let i = 0; i < step; i++) out[at + i] = data[at + i]! ^ stream[i]!;
    register.copyWithin(0, step);
    register.set((from === 'out' ? out : data).subarray(at, at + step), size - step);
  }
  return out;
}
