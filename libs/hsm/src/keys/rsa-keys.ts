/**
 * RSA private keys as tokens: PKCS#8 under AES-256-GCM with a key derived from MK. They are larger
 * than other tokens and take another field; opened keys are kept in a small cache.
 *
 *   X9.143 key usage (2) | nonce (12) | tag (16) | ciphertext, in hexadecimal
 *
 * The usage is authenticated with the key; rule M9.one-usage acts in `open`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { AesKey, concatBytes, fromHex, type RandomBytes, toHex, wipe } from '@pinfold/crypto';
import { LRUCache } from 'lru-cache';
import type { Policy } from '../policy/policy.js';
import { deriveKey } from '../tokens/siv.js';
import type { MasterKeySet } from './master-keys.js';
import { isConsistentPair } from './pairwise.js';

export const RSA_TOKEN_MAX = 6_000;
const CACHED = 64;
const USAGE = 2;
const NONCE = 12;
const TAG = 16;

/** What an RSA private key does, by its X9.143 key usage (table 2). */
export const RSA_USAGES = { sign: 'S0', decrypt: 'D1', unwrap: 'K3', tr34: 'K2' } as const;
export type RsaUsage = keyof typeof RSA_USAGES;
export const RSA_USAGE_NAMES = ['sign', 'decrypt', 'unwrap', 'tr34'] as const satisfies RsaUsage[];

interface OpenedRsaKey {
  readonly key: KeyObject;
  readonly code: string;
}

/** Where new private keys come from; exponent 65537. */
export type RsaPairSource = (bits: number) => KeyObject;

const ownPair: RsaPairSource = (bits) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;

export interface RsaKeyOptions {
  readonly random: RandomBytes;
  readonly newPair?: RsaPairSource;
  /** A new pair failed its test: the device must stop. */
  readonly onFault?: () => void;
}

export class RsaKeys {
  readonly #policy: Policy;
  readonly #random: RandomBytes;
  readonly #cache = new LRUCache<string, OpenedRsaKey>({ max: CACHED });
  #key: KeyObject | undefined;
  #old: KeyObject | undefined;

  readonly #newPair: RsaPairSource;
  readonly #onFault: () => void;

  constructor(
    policy: Policy,
    masterKeys: MasterKeySet,
    { random, newPair = ownPair, onFault = () => undefined }: RsaKeyOptions,
  ) {
    this.#policy = policy;
    this.#random = random;
    this.#newPair = newPair;
    this.#onFault = onFault;
    this.#key = sealingKey(masterKeys);
  }

  /** A new private key, public exponent 65537; undefined for a pair whose halves do not fit: a fault. */
  generate(bits: number): KeyObject | undefined {
    const key = this.#newPair(bits);
    if (isConsistentPair(key)) return key;
    this.#onFault();
    return undefined;
  }

  seal(key: KeyObject, usage: RsaUsage): string {
    return this.#seal(key, RSA_USAGES[usage]);
  }

  #seal(key: KeyObject, usageCode: string): string {
    const clear = key.export({ type: 'pkcs8', format: 'der' });
    const nonce = this.#random(NONCE);
    const code = new TextEncoder().encode(usageCode);
    const cipher = createCipheriv('aes-256-gcm', this.#key!, nonce);
    cipher.setAAD(code);
    const sealed = concatBytes(cipher.update(clear), cipher.final());
    wipe(clear);
    return toHex(concatBytes(code, nonce, cipher.getAuthTag(), sealed));
  }

  /** The key, or undefined whatever is wrong. Without `usage`: for its public half, any will do. */
  open(token: string, usage?: RsaUsage): KeyObject | undefined {
    const opened = this.#unseal(token);
    const free = usage === undefined || !this.#policy.on['M9.one-usage'];
    return free || opened?.code === RSA_USAGES[usage] ? opened?.key : undefined;
  }

  #unseal(token: string): OpenedRsaKey | undefined {
    const cached = this.#cache.get(token);
    if (cached !== undefined) return cached;
    const opened = this.#decipher(token, this.#key);
    if (opened !== undefined) this.#cache.set(token, opened);
    return opened;
  }

  #decipher(token: string, under: KeyObject | undefined): OpenedRsaKey | undefined {
    if (under === undefined) return undefined;
    try {
      const bytes = fromHex(token);
      const [code, nonce, tag, sealed] = partsOf(bytes);
      const decipher = createDecipheriv('aes-256-gcm', under, nonce, { authTagLength: TAG });
      decipher.setAAD(code);
      decipher.setAuthTag(tag);
      const clear = concatBytes(decipher.update(sealed), decipher.final());
      const key = createPrivateKey({ key: Buffer.from(clear), format: 'der', type: 'pkcs8' });
      wipe(clear);
      return { key, code: new TextDecoder().decode(code) };
    } catch {
      return undefined;
    }
  }

  /** Puts a new set of master keys in force; the old one still re-encrypts tokens until `eraseOld`. */
  change(masterKeys: MasterKeySet): void {
    this.#cache.clear();
    this.#old = this.#key;
    this.#key = sealingKey(masterKeys);
  }

  /** A token of the old set as one of the new set, its usage as it was; undefined where it is neither's. */
  renew(token: string): string | undefined {
    const opened = this.#decipher(token, this.#old);
    return opened === undefined ? undefined : this.#seal(opened.key, opened.code);
  }

  eraseOld(): void {
    this.#old = undefined;
  }

  wipe(): void {
    this.#cache.clear();
    this.#key = undefined;
    this.eraseOld();
  }
}

function partsOf(bytes: Uint8Array): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const [nonceAt, tagAt, sealedAt] = [USAGE, USAGE + NONCE, USAGE + NONCE + TAG];
  return [
    bytes.subarray(0, nonceAt),
    bytes.subarray(nonceAt, tagAt),
    bytes.subarray(tagAt, sealedAt),
    bytes.subarray(sealedAt),
  ];
}

function sealingKey(masterKeys: MasterKeySet): KeyObject {
  const master = AesKey.of(masterKeys.exposeKey('MK'));
  const bytes = deriveKey(master, 'pinfold rsa');
  master.wipe();
  const key = createSecretKey(bytes);
  wipe(bytes);
  return key;
}
