/** CMAC over AES or triple DES. NIST SP 800-38B (ISO/IEC 9797-1 algorithm 5). */

import { InputError, requireBytes, requireLength } from './errors.js';
import type { BlockKey } from './modes.js';

/** The constant of the field doubling, by block size in bytes. */
const R_B: Readonly<Record<8 | 16, number>> = { 8: 0x1b, 16: 0x87 };

/**
 * The full CMAC: 16 bytes with an AES key, 8 with a DES key. Truncation takes the left-most bytes.
 * `iv` continues a message whose parts before were whole blocks: their last block in CBC; the last
 * part is then not empty.
 * @throws InputError BYTES_EXPECTED, IV_LENGTH, DATA_LENGTH, KEY_WIPED
 */
export function cmac(key: BlockKey, data: Uint8Array, iv?: Uint8Array): Uint8Array {
  requireBytes(data, 'data');
  const size = key.blockBytes;
  const state = new Uint8Array(size);
  if (iv !== undefined) {
    requireLength(iv, { name: 'iv', code: 'IV_LENGTH', allowed: [size] });
    if (data.length === 0) throw new InputError('DATA_LENGTH', 'the last part must not be empty');
    state.set(iv);
  }
  const lastAt = Math.max(0, Math.ceil(data.length / size) - 1) * size;
  for (let at = 0; at < lastAt; at += size) {
    for (let i = 0; i < size; i++) state[i]! ^= data[at + i]!;
    key.encryptInto(state, 0, state, 0);
  }
  const rest = data.length - lastAt;
  const subkey = new Uint8Array(size);
  key.encryptInto(subkey, 0, subkey, 0);
  double(subkey, R_B[size]);
  if (rest < size) {
    double(subkey, R_B[size]);
    state[rest]! ^= 0x80;
  }
  for (let i = 0; i < rest; i++) state[i]! ^= data[lastAt + i]!;
  for (let i = 0; i < size; i++) state[i]! ^= subkey[i]!;
  key.encryptInto(state, 0, state, 0);
  subkey.fill(0);
  return state;
}

/** Doubling in GF(2^b), without a branch on the secret bit. */
function double(block: Uint8Array, constant: number): void {
  const carry = block[0]! >> 7;
  const last = block.length - 1;
  for (let i = 0; i < last; i++) block[i] = (block[i]! << 1) | (block[i + 1]! >> 7);
  block[last] = (block[last]! << 1) ^ (-carry & constant);
}
