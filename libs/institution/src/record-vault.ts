/**
 * Verification records of PINs that a payShield judges, at rest: PVV or offset sealed under a data key of
 * the institution's own device (AES-256-GCM), with the account number as associated data. A payShield
 * takes anybody's PVV for anybody's account; a record that was moved or altered in the database does
 * not open.
 *
 * Layout, in base64url: version (1) | nonce (12) | ciphertext and tag.
 */
import { InputError, type RandomBytes } from '@pinfold/crypto';
import type { RecordSeal } from '@pinfold/hsm-client';
import { GcmKey, Nonces } from '@pinfold/messages';
import type { VaultKey } from './vault.js';

const PURPOSE = 'verification record of ';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RecordVault implements RecordSeal {
  readonly #keys = new Map<number, GcmKey>();
  readonly #newest: number;
  readonly #nonces: Nonces;

  /** Seals under the highest version, opens all. @throws InputError VAULT_KEYS */
  constructor(keys: readonly VaultKey[], random: RandomBytes) {
    this.#nonces = new Nonces(random);
    for (const { version, key } of keys) {
      if (version < 1 || version > 255 || key.length !== 32) {
        throw new InputError('VAULT_KEYS', 'a record key is 32 bytes with a version from 1 to 255');
      }
      this.#keys.set(version, new GcmKey(key));
    }
    if (this.#keys.size === 0) throw new InputError('VAULT_KEYS', 'records need a key');
    this.#newest = Math.max(...this.#keys.keys());
  }

  seal(pan: string, text: string): string {
    const gcm = this.#keys.get(this.#newest)!;
    const sealed = gcm.seal(this.#nonces.next(), encoder.encode(text), associated(gcm, pan));
    const out = Buffer.alloc(1 + sealed.length);
    out[0] = this.#newest;
    out.set(sealed, 1);
    return out.toString('base64url');
  }

  /** Undefined: altered, of another account, or under a key that is gone. */
  open(pan: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    const gcm = this.#keys.get(bytes[0] ?? 0);
    const clear = gcm?.open(bytes.subarray(1), associated(gcm, pan));
    return clear === undefined ? undefined : decoder.decode(clear);
  }
}

const associated = (gcm: GcmKey, pan: string) => gcm.associate(encoder.encode(PURPOSE + pan));
