/**
 * Card numbers at rest: sealed under a data key of the institution's own device (AES-256-GCM), with
 * the key's version in front, so that columns written before a key change still open.
 *
 * Layout: version (1) | nonce (12) | ciphertext and tag.
 */
import { InputError, type RandomBytes } from '@pinfold/crypto';
import { type AssociatedData, GcmKey, Nonces } from '@pinfold/messages';

const PURPOSE = new TextEncoder().encode('card number at rest');
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface VaultKey {
  /** 1 to 255. */
  readonly version: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

interface HeldKey {
  readonly version: number;
  readonly gcm: GcmKey;
  readonly purpose: AssociatedData;
}

export class CardVault {
  readonly #keys = new Map<number, HeldKey>();
  readonly #newest: HeldKey;
  readonly #nonces: Nonces;

  /** Seals under the highest version, opens all. @throws InputError VAULT_KEYS */
  constructor(keys: readonly VaultKey[], random: RandomBytes) {
    this.#nonces = new Nonces(random);
    for (const { version, key } of keys) {
      if (version < 1 || version > 255 || key.length !== 32) {
        throw new InputError('VAULT_KEYS', 'a vault key is 32 bytes with a version from 1 to 255');
      }
      const gcm = new GcmKey(key);
      this.#keys.set(version, { version, gcm, purpose: gcm.associate(PURPOSE) });
    }
    const newest = [...this.#keys.values()].sort((a, b) => b.version - a.version)[0];
    if (newest === undefined) throw new InputError('VAULT_KEYS', 'a vault needs a key');
    this.#newest = newest;
  }

  seal(pan: string): Uint8Array {
    const { version, gcm, purpose } = this.#newest;
    const sealed = gcm.seal(this.#nonces.next(), encoder.encode(pan), purpose);
    const out = new Uint8Array(1 + sealed.length);
    out[0] = version;
    out.set(sealed, 1);
    return out;
  }

  /** @throws InputError VAULT_SEALED: not of this vault, changed, or its key is gone */
  open(sealed: Uint8Array): string {
    const held = this.#keys.get(sealed[0] ?? 0);
    const clear = held?.gcm.open(sealed.subarray(1), held.purpose);
    if (clear === undefined || clear.length === 0) throw unopened();
    return decoder.decode(clear);
  }
}

const unopened = (): InputError =>
  new InputError('VAULT_SEALED', 'a sealed card number must come from this vault, unchanged');
