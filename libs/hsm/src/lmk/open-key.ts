/**
 * A key out of its token, and the header fields that it came with. Faces of the device hold it as
 * `LmkKey`: they hand it from one operation to the next and cannot look into it.
 */
import { AesKey, DesKey, wipe } from '@pinfold/crypto';
import { refuse } from './refusal.js';

/** Header fields of a key block that a command gives or a key came with. */
export interface KeyAttributes {
  readonly usage: string;
  readonly algorithm: string;
  readonly modeOfUse: string;
  readonly keyVersion: string;
  readonly exportability: string;
}

/** What may be known of a key outside the device. */
export interface LmkKey {
  readonly algorithm: 'T' | 'A' | 'H';
  readonly lengthBytes: number;
  readonly attributes?: KeyAttributes;
}

export class OpenKey implements LmkKey {
  readonly #block: DesKey | AesKey | undefined;
  /** The triple DES cipher, where the key is one. */
  readonly tripleDes: DesKey | undefined;
  wiped = false;

  constructor(
    readonly bytes: Uint8Array,
    readonly algorithm: 'T' | 'A' | 'H',
    readonly attributes?: KeyAttributes,
  ) {
    this.tripleDes = algorithm === 'T' ? DesKey.of(bytes) : undefined;
    this.#block = algorithm === 'A' ? AesKey.of(bytes) : this.tripleDes;
  }

  get lengthBytes(): number {
    return this.bytes.length;
  }

  /** The DES cipher; a refusal where the key is of another kind. */
  get des(): DesKey {
    return this.tripleDes ?? refuse('A7');
  }

  /** The cipher, DES or AES; a refusal where the key is neither. */
  get block(): DesKey | AesKey {
    return this.#block ?? refuse('A7');
  }

  wipe(): void {
    this.wiped = true;
    wipe(this.bytes);
    this.#block?.wipe();
  }
}

/** The key itself; whatever else poses as one is a programming error. */
export function openKeyOf(key: LmkKey): OpenKey {
  if (key instanceof OpenKey) return key;
  throw new TypeError('not a key of this device');
}
