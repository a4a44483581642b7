/** A key out of its token, and the header fields that it came with. */
import { AesKey, DesKey, wipe } from '@pinfold/crypto';
import { refuse } from '../refusal.js';

/** Header fields of a key block that a command gives or a key came with. */
export interface KeyAttributes {
  readonly usage: string;
  readonly algorithm: string;
  readonly modeOfUse: string;
  readonly keyVersion: string;
  readonly exportability: string;
}

export class OpenKey {
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
