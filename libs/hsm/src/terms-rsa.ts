/**
 * The part of `Terms` that handles RSA key pairs: their private keys are tokens of their own kind
 * (`keys/rsa-keys.ts`), and what comes out from under them is a key or data like any other.
 *
 * | operation | bytes | symbols |
 * |---|---|---|
 * | `generate(bits)` | a pair, exponent 65537 | a new name |
 * | `seal(pair, usage)` | token | `sealed(pair)` with its usage |
 * | `open(token, usage)` | deciphers, checks the usage (rule M9) | takes it apart, or the branch ends |
 * | `publicKey(pair)` | SPKI | `pub(pair)`, which everybody knows |
 * | `renew(token)` | from the old master keys to the new | the same pair and usage |
 * | `decrypt(pair, ...)`, `unwrap` | OAEP, or PKCS #1 v1.5 | takes `enc(pub(pair), x)` apart, or the branch ends |
 */
import type { RsaUsage } from './keys/rsa-keys.js';
import type { KeyTerm, Token } from './terms.js';

declare const opaque: unique symbol;
/** A key pair inside the device. */
export interface PairTerm {
  readonly [opaque]: 'pair';
}

export interface RsaTerms {
  generate(bits: number): PairTerm;
  seal(pair: PairTerm, usage: RsaUsage): Token;
  /** Refuses with TOKEN_INVALID, whatever is wrong. Without `usage`: for its public half, any will do. */
  open(token: Token, usage?: RsaUsage): PairTerm;
  publicKey(pair: PairTerm): string;
  /**
   * Refuses with CIPHERTEXT_INVALID under OAEP; with PADDING_INVALID under PKCS #1 v1.5, which rule
   * M16.oaep-only keeps out.
   */
  decrypt(pair: PairTerm, asked: { padding: 'oaep' | 'pkcs1'; data: Uint8Array }): KeyTerm;
  /** The same, and what comes out is a key: DES keys get odd parity. */
  unwrap(pair: PairTerm, asked: { padding: 'oaep' | 'pkcs1'; data: Uint8Array }): KeyTerm;
  /** Refuses with TOKEN_INVALID where the token is none of the old master keys. */
  renew(token: Token): Token;
}
