/**
 * The device's state sealed at rest: AES-256-GCM over JSON.
 *
 *   0-7   "PFHSM" 0 0 1 (magic and version)
 *   8-19  nonce, 20-35 tag, 36- ciphertext; the first 8 bytes are additional data
 *
 * The 32-byte key is the host's business (scrypt of a passphrase, or a protected file); writing
 * atomically and keeping the previous good state is too. Opening refuses a flipped bit, a truncated
 * text and another key alike.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { concatBytes, ok, type RandomBytes, type Result, refused } from '@pinfold/crypto';
import type { DeviceState } from './device-state.js';

const MAGIC = Uint8Array.of(0x50, 0x46, 0x48, 0x53, 0x4d, 0, 0, 1);
const NONCE = 12;
const TAG = 16;
const HEAD = MAGIC.length + NONCE + TAG;

export function sealState(state: DeviceState, key: Uint8Array, random: RandomBytes): Uint8Array {
  const nonce = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce);
  cipher.setAAD(MAGIC);
  const sealed = concatBytes(cipher.update(JSON.stringify(state), 'utf8'), cipher.final());
  return concatBytes(MAGIC, nonce, cipher.getAuthTag(), sealed);
}

export function openSealedState(
  bytes: Uint8Array,
  key: Uint8Array,
): Result<DeviceState, 'STATE_INVALID'> {
  const damaged = refused('STATE_INVALID', 'not a device state, damaged, or another key');
  if (bytes.length < HEAD || MAGIC.some((byte, i) => bytes[i] !== byte)) return damaged;
  try {
    const nonce = bytes.subarray(MAGIC.length, MAGIC.length + NONCE);
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce);
    decipher.setAAD(MAGIC);
    decipher.setAuthTag(bytes.subarray(MAGIC.length + NONCE, HEAD));
    const clear = concatBytes(decipher.update(bytes.subarray(HEAD)), decipher.final());
    return ok(JSON.parse(Buffer.from(clear).toString('utf8')) as DeviceState);
  } catch {
    return damaged;
  }
}
