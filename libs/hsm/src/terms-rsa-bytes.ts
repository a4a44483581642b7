/** `RsaTerms` over bytes: node:crypto, but for the padding of PKCS #1 v1.5 (`keys/pkcs1.ts`). */
import { constants, createPublicKey, type KeyObject, privateDecrypt } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { decryptPkcs1 } from './keys/pkcs1.js';
import type { RsaKeys, RsaUsage } from './keys/rsa-keys.js';
import { Refused, refusal } from './outcome.js';
import type { Policy } from './policy/policy.js';
import type { KeyTerm, Token } from './terms.js';
import type { PairTerm, RsaTerms } from './terms-rsa.js';

export interface RsaPorts {
  readonly policy: Policy;
  readonly rsaKeys: RsaKeys;
  /** Takes over what was deciphered: the command's terms wipe it. A DES key gets odd parity. */
  readonly term: (clear: Uint8Array, as: 'key' | 'data') => KeyTerm;
}

export class ByteRsaTerms implements RsaTerms {
  readonly #ports: RsaPorts;

  constructor(ports: RsaPorts) {
    this.#ports = ports;
  }

  generate(bits: number): PairTerm {
    return asPair(this.#ports.rsaKeys.generate(bits) ?? refuse('DEVICE_ERROR'));
  }

  seal(pair: PairTerm, usage: RsaUsage): Token {
    return this.#ports.rsaKeys.seal(inside(pair), usage);
  }

  open(token: Token, usage?: RsaUsage): PairTerm {
    const key = this.#ports.rsaKeys.open(token, usage);
    if (key === undefined) return refuse('TOKEN_INVALID');
    return asPair(key);
  }

  publicKey(pair: PairTerm): string {
    return toHex(createPublicKey(inside(pair)).export({ type: 'spki', format: 'der' }));
  }

  unwrap(pair: PairTerm, asked: { padding: 'oaep' | 'pkcs1'; data: Uint8Array }): KeyTerm {
    return this.#ports.term(this.#clear(pair, asked), 'key');
  }

  renew(token: Token): Token {
    return this.#ports.rsaKeys.renew(token) ?? refuse('TOKEN_INVALID');
  }

  decrypt(pair: PairTerm, asked: { padding: 'oaep' | 'pkcs1'; data: Uint8Array }): KeyTerm {
    return this.#ports.term(this.#clear(pair, asked), 'data');
  }

  #clear(
    pair: PairTerm,
    { padding, data }: { padding: 'oaep' | 'pkcs1'; data: Uint8Array },
  ): Uint8Array {
    const key = inside(pair);
    if (padding === 'pkcs1') {
      const refused = this.#ports.policy.judge('M16.oaep-only', false);
      if (refused !== undefined) throw new Refused(refused);
      return decryptPkcs1(key, data) ?? refuse('PADDING_INVALID');
    }
    return decryptOaep(key, data) ?? refuse('CIPHERTEXT_INVALID');
  }
}

function decryptOaep(key: KeyObject, data: Uint8Array): Uint8Array | undefined {
  try {
    const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const clear = privateDecrypt(options, data);
    const copy = Uint8Array.from(clear);
    clear.fill(0);
    return copy;
  } catch {
    return undefined;
  }
}

function refuse(code: string): never {
  throw new Refused(refusal(code));
}

function asPair(key: KeyObject): PairTerm {
  return key as unknown as PairTerm;
}

function inside(pair: PairTerm): KeyObject {
  return pair as unknown as KeyObject;
}
