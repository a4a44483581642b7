/**
 * A set of the five master keys with its version. A legacy set has double-length triple-DES keys, as
 * the VSM; a hardened set has AES-256 keys.
 */
import {
  adjustOddParity,
  equalConstantTime,
  hasEqualHalves,
  isWeakDesKey,
  type RandomBytes,
  toHex,
  wipe,
  xorBytes,
} from '@pinfold/crypto';
import type { Mode } from '../policy/policy.js';
import { checkValueOf } from './key-check.js';
import { MASTER_KEYS, type MasterKeyName } from './key-types.js';

/** Bytes of one master key, by mode. */
export const MASTER_KEY_BYTES: Readonly<Record<Mode, number>> = { legacy: 16, hardened: 32 };

export class MasterKeySet {
  readonly #keys: Readonly<Record<MasterKeyName, Uint8Array>>;

  private constructor(
    readonly mode: Mode,
    readonly version: number,
    keys: Record<MasterKeyName, Uint8Array>,
  ) {
    this.#keys = keys;
  }

  static random(mode: Mode, version: number, random: RandomBytes): MasterKeySet {
    const keys = MASTER_KEYS.map((name) => [name, oddFor(mode, random(MASTER_KEY_BYTES[mode]))]);
    return new MasterKeySet(mode, version, Object.fromEntries(keys));
  }

  /** From the five keys one after the other, in the order of `MASTER_KEYS`; undefined on another length. */
  static of(mode: Mode, version: number, joined: Uint8Array): MasterKeySet | undefined {
    const size = MASTER_KEY_BYTES[mode];
    if (joined.length !== size * MASTER_KEYS.length) return undefined;
    const keys = MASTER_KEYS.map((name, i) => [
      name,
      oddFor(mode, joined.slice(i * size, (i + 1) * size)),
    ]);
    return new MasterKeySet(mode, version, Object.fromEntries(keys));
  }

  /** The XOR of components, each the length of a whole set: a master-key ceremony. */
  static combine(
    mode: Mode,
    version: number,
    components: readonly Uint8Array[],
  ): MasterKeySet | undefined {
    const joined = components.reduce((a, b) => xorBytes(a, b));
    const set = MasterKeySet.of(mode, version, joined);
    wipe(joined);
    return set;
  }

  /** Reads a secret. */
  exposeKey(name: MasterKeyName): Uint8Array {
    return this.#keys[name];
  }

  /** Reads a secret: all five, joined, for the sealed state and for backup shares. A copy. */
  exposeJoined(): Uint8Array {
    const size = MASTER_KEY_BYTES[this.mode];
    const joined = new Uint8Array(size * MASTER_KEYS.length);
    MASTER_KEYS.forEach((name, i) => {
      joined.set(this.#keys[name], i * size);
    });
    return joined;
  }

  checkValues(): Record<MasterKeyName, string> {
    const algorithm = this.mode === 'legacy' ? 'T' : 'A';
    return Object.fromEntries(
      MASTER_KEYS.map((name) => [name, checkValueOf(this.#keys[name], algorithm)]),
    ) as Record<MasterKeyName, string>;
  }

  /** A zero or weak key among them, or two that are equal: components that cancel each other. */
  get isWeak(): boolean {
    const keys = MASTER_KEYS.map((name) => this.#keys[name]);
    const equal = keys.some((key, i) =>
      keys.slice(0, i).some((other) => equalConstantTime(key, other)),
    );
    return equal || keys.some((key) => isWeakFor(this.mode, key));
  }

  wipe(): void {
    for (const name of MASTER_KEYS) wipe(this.#keys[name]);
  }

  toJSON(): string {
    return `[MasterKeySet ${toHex(Uint8Array.of(this.version))}]`;
  }
}

function isWeakFor(mode: Mode, key: Uint8Array): boolean {
  if (mode === 'hardened') return key.every((byte) => byte === 0);
  return isWeakDesKey(key) || hasEqualHalves(key);
}

function oddFor(mode: Mode, key: Uint8Array): Uint8Array {
  if (mode === 'hardened') return Uint8Array.from(key);
  return adjustOddParity(key);
}
