/** The MAC under a DUKPT session key: X9.19 under triple DES, CMAC under AES, HMAC-SHA-256. */
import { AesKey, cmac, hmac, iso9797Mac, wipe } from '@pinfold/crypto';
import type { SessionKey } from './session-keys.js';

export const MAX_DUKPT_MAC_BYTES = 32;

/** The whole MAC: 8, 16 or 32 bytes. Wipes the key. */
export function dukptMac({ bytes, algorithm }: SessionKey, data: Uint8Array): Uint8Array {
  try {
    if (algorithm === 'H') return hmac('sha256', bytes, data);
    if (algorithm === 'T') return iso9797Mac({ algorithm: 3, padding: 1, key: bytes, data });
    const key = AesKey.of(bytes);
    const mac = cmac(key, data);
    key.wipe();
    return mac;
  } finally {
    wipe(bytes);
  }
}
