/**
 * RSA private keys as tokens: PKCS#8 under AES-256-GCM with a key derived from MK. They are larger
 * than other tokens and take another field; opened keys are kept in a small cache.
 *
 *   nonce (12) | tag (16) | ciphertext, in hexadecimal
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createSecretKey,
  type KeyObject,
} from 'node:crypto';
import { AesKey, concatBytes, fromHex, type RandomBytes, toHex, wipe } from '@pinfold/crypto';
import { LRUCache } from 'lru-cache';
import { deriveKey } from '../tokens/siv.js';
import type { MasterKeySet } from './master-keys.js';

export const RSA_TOKEN_MAX = 6_000;
const CACHED = 64;
const NONCE = 12;
const HEAD = NONCE + 16;

export class RsaKeys {
  readonly #random: RandomBytes;
  readonly #cache = new LRUCache<string, KeyObject>({ max: CACHED });
  #key: KeyObject | undefined;

  constructor(masterKeys: MasterKeySet, random: RandomBytes) {
    this.#random = random;
    this.#key = sealingKey(masterKeys);
  }

  seal(key: KeyObject): string {
    const clear = key.export({ type: 'pkcs8', format: 'der' });
    const nonce = this.#random(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key!, nonce);
    const sealed = concatBytes(cipher.update(clear), cipher.final());
    wipe(clear);
    return toHex(concatBytes(nonce, cipher.getAuthTag(), sealed));
  }

  /** The key, or undefined whatever is wrong. */
  open(token: string): KeyObject | undefined {
    const cached = this.#cache.get(token);
    if (cached !== undefined || this.#key === undefined) return cached;
    try {
      const bytes = fromHex(token);
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE));
      decipher.setAuthTag(bytes.subarray(NONCE, HEAD));
      const clear = concatBytes(decipher.update(bytes.subarray(HEAD)), decipher.final());
      const key = createPrivateKey({ key: Buffer.from(clear), format: 'der', type: 'pkcs8' });
      wipe(clear);
      this.#cache.set(token, key);
      return key;
    } catch {
      return undefined;
    }
  }

  /** New master keys: RSA keys are made anew, not re-encrypted. */
  change(masterKeys: MasterKeySet): void {
    this.#cache.clear();
    this.#key = sealingKey(masterKeys);
  }

  wipe(): void {
    this.#cache.clear();
    this.#key = undefined;
  }
}

function sealingKey(masterKeys: MasterKeySet): KeyObject {
  const master = AesKey.of(masterKeys.exposeKey('MK'));
  const bytes = deriveKey(master, 'pinfold rsa');
  master.wipe();
  const key = createSecretKey(bytes);
  wipe(bytes);
  return key;
}
