/**
 * Card numbers at rest: sealed under a data key of the institution's own device (AES-256-GCM), with
 * the key's version in front, so that columns written before a key change still open.
 *
 * Layout: version (1) | nonce (12) | ciphertext and tag.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { InputError, type RandomBytes, takeRandom } from '@pinfold/crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = new TextEncoder().encode('card number at rest');
const text = new TextEncoder();

export interface VaultKey {
  /** 1 to 255. */
  readonly version: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export class CardVault {
  readonly #keys = new Map<number, Uint8Array>();
  readonly #newest: VaultKey;

  /** Seals under the highest version, opens all. @throws InputError VAULT_KEYS */
  constructor(
    keys: readonly VaultKey[],
    readonly random: RandomBytes,
  ) {
    for (const { version, key } of keys) {
      if (version < 1 || version > 255 || key.length !== 32) {
        throw new InputError('VAULT_KEYS', 'a vault key is 32 bytes with a version from 1 to 255');
      }
      this.#keys.set(version, key);
    }
    const newest = [...keys].sort((a, b) => b.version - a.version)[0];
    if (newest === undefined) throw new InputError('VAULT_KEYS', 'a vault needs a key');
    this.#newest = newest;
  }

  seal(pan: string): Uint8Array {
    const { version, key } = this.#newest;
    const nonce = takeRandom(this.random, NONCE_BYTES);
    const sealed = gcm(key, nonce, PURPOSE).encrypt(text.encode(pan));
    const out = new Uint8Array(1 + NONCE_BYTES + sealed.length);
    out[0] = version;
    out.set(nonce, 1);
    out.set(sealed, 1 + NONCE_BYTES);
    return out;
  }

  /** @throws InputError VAULT_SEALED: not of this vault, changed, or its key is gone */
  open(sealed: Uint8Array): string {
    const key = this.#keys.get(sealed[0] ?? 0);
    if (key === undefined || sealed.length <= 1 + NONCE_BYTES + TAG_BYTES) throw unopened();
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    try {
      const clear = gcm(key, nonce, PURPOSE).decrypt(sealed.subarray(1 + NONCE_BYTES));
      return new TextDecoder().decode(clear);
    } catch {
      throw unopened();
    }
  }
}

const unopened = (): InputError =>
  new InputError('VAULT_SEALED', 'a sealed card number must come from this vault, unchanged');
