/** The paddings of ISO/IEC 9797-1:2011 section 6.3 for blocks of 8 bytes. */

import { InputError, requireBytes, requireOneOf } from './errors.js';

/** 0: none, the data must be whole blocks. 1: zeros. 2: 80 then zeros. 3: length block, zeros. */
export type Iso9797Padding = 0 | 1 | 2 | 3;

const BLOCK = 8;

/** `data` padded to whole blocks. @throws InputError BYTES_EXPECTED, MAC_PADDING, DATA_LENGTH */
export function iso9797Pad(data: Uint8Array, padding: Iso9797Padding): Uint8Array {
  requireBytes(data, 'data');
  requirePadding(padding);
  if (padding === 0 && (data.length === 0 || data.length % BLOCK !== 0)) throw wholeBlocksOnly();
  const head = padding === 3 ? BLOCK : 0;
  const body = padding === 2 ? data.length + 1 : Math.max(1, data.length);
  const out = new Uint8Array(head + Math.ceil(body / BLOCK) * BLOCK);
  if (padding === 3) out.set(lengthBlock(data.length));
  out.set(data, head);
  if (padding === 2) out[data.length] = 0x80;
  return out;
}

/** The length in bits as a big-endian 64-bit number. */
export function lengthBlock(bytes: number): Uint8Array {
  const out = new Uint8Array(BLOCK);
  new DataView(out.buffer).setBigUint64(0, BigInt(bytes) * 8n);
  return out;
}

export function requirePadding(padding: Iso9797Padding): void {
  requireOneOf(padding, { name: 'padding', code: 'MAC_PADDING', allowed: [0, 1, 2, 3] });
}

export function wholeBlocksOnly(): InputError {
  return new InputError('DATA_LENGTH', 'here the data must be whole blocks of 8 bytes');
}
