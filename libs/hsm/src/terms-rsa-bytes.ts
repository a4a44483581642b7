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
  /** Takes over what was deciphered: the command's terms wipe it. */
  readonly term: (clear: Uint8Array) => KeyTerm;
}

export class ByteRsaTerms implements RsaTerms {
  readonly #ports: RsaPorts;

  constructor(ports: RsaPorts) {
    this.#ports = ports;
  }

  generate(bits: number): PairTerm {
    return asPair(this.#ports.rsaKeys.generate(bits));
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

  decrypt(
    pair: PairTerm,
    { padding, data }: { padding: 'oaep' | 'pkcs1'; data: Uint8Array },
  ): KeyTerm {
    const key = inside(pair);
    if (padding === 'pkcs1') {
      const refused = this.#ports.policy.judge('M16.oaep-only', false);
      if (refused !== undefined) throw new Refused(refused);
      return this.#ports.term(decryptPkcs1(key, data) ?? refuse('PADDING_INVALID'));
    }
    return this.#ports.term(decryptOaep(key, data) ?? refuse('CIPHERTEXT_INVALID'));
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
