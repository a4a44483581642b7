/**
 * `Terms`: the few operations that key-management commands are written in.
 *
 * One logic, two meanings. Over bytes (`terms-bytes.ts`) it is the device. Over symbols
 * (`libs/lab`) the same `run` functions build terms, and the analyser saturates them. So the code
 * that runs is the code that is analysed.
 *
 * What each operation means over symbols (sealing keys are named by key type, see `KEY_TYPES`):
 *
 * | operation | bytes | symbols |
 * |---|---|---|
 * | `fresh(spec)` | random key, odd parity for DES | a new name |
 * | `clear(hex)` | a clear component that a person typed | the term that is known |
 * | `xor(a, b)` | XOR | normalised sum; equal summands cancel |
 * | `seal(key, as)` | token | `sealed(master key of type, key)`, hardened: with the header |
 * | `open(token, slot)` | deciphers, checks type, usage, part | takes `sealed` apart, or the branch ends |
 * | `encrypt(under, key, as)` | transport form, see `TransportScheme` | `enc(under, key)` |
 * | `decrypt(under, text, usage)` | its inverse | takes `enc` apart, or is `dec(under, text)` |
 * | `protect(under, x, tag)` | authenticated encryption of a tagged term | `enc(under, (tag, x))` |
 * | `unprotect(under, text, tag)` | its inverse; rule M9 checks the tag | takes it apart if the tag is right, or M9 is off |
 * | `reveal(x)` | gives it out in clear | everybody knows it |
 * | `deliver(custodian, key)` | sealed envelope | the custodian learns the key |
 * | `derive(from, how)` | another key, one way | `f(from, public inputs)` |
 * | `encipher(under, data)` | ECB of data of the caller | `enc(under, data)` |
 * | `renew(token, type)` | from the old master keys to the new | the same key and header, sealed anew |
 * | `rsa` | key pairs | see `terms-rsa.ts` |
 * | `checkValue(key)` | 6 hex digits | `cv(key)`; reveals nothing |
 * | `algorithmOf(key)` | X9.143 letter, single-length DES told by its length | the same |
 * | `lengthOf(key)` | bytes | the same |
 * | `isWeak(key)` | weak, semi-weak, zero, equal halves | the zero sum |
 * | `rule(id, facts)` | refuses if the rule is in force and does not hold | the same: rules read headers |
 * | `refuse(code)` | refusal | the branch ends |
 *
 * Tokens and transport forms are strings to a command: it may pass them on, and look at nothing.
 * A `KeyTerm` is opaque to it.
 */
import type { Derivation } from './keys/derivation.js';
import type { KeyType } from './keys/key-types.js';
import type { Algorithm, UsageName } from './keys/usages.js';
import type { RuleFacts, RuleId } from './policy/rules.js';
import type { RsaTerms } from './terms-rsa.js';
import type { Part, SealAs, TokenHeader } from './tokens/header.js';

declare const opaque: unique symbol;
/** A key (or share) inside the device. Bytes or symbol; commands cannot look inside. */
export interface KeyTerm {
  readonly [opaque]: 'key';
}

/** A key sealed under a master key, in text form. */
export type Token = string;

export interface KeySpec {
  readonly algorithm: Algorithm;
  readonly lengthBytes: number;
}

/** Where a token is put: what may be put there. Types decide the master key. */
export interface Slot {
  readonly types: readonly KeyType[];
  /** Absent: any usage of those types. */
  readonly usages?: readonly UsageName[];
  readonly part: Part;
}

export interface Opened {
  readonly key: KeyTerm;
  readonly header: TokenHeader;
}

export interface Terms {
  fresh(spec: KeySpec): KeyTerm;
  clear(component: Uint8Array, algorithm: Algorithm): KeyTerm;
  xor(a: KeyTerm, b: KeyTerm): KeyTerm;
  seal(key: KeyTerm, as: SealAs): Token;
  /** Refuses with TOKEN_INVALID, whatever is wrong. */
  open(token: Token, slot: Slot): Opened;
  encrypt(under: Opened, key: KeyTerm, as: SealAs): string;
  /** Refuses with KEY_BLOCK_INVALID, whatever is wrong. */
  decrypt(under: Opened, text: string, usage: UsageName): KeyTerm;
  protect(under: Opened, inside: KeyTerm, tag: Tag): string;
  /** Refuses with CRYPTOGRAM_INVALID, whatever is wrong. */
  unprotect(under: Opened, text: string, tag: Tag): KeyTerm;
  reveal(term: KeyTerm): Uint8Array;
  deliver(envelope: EnvelopeLabel, key: KeyTerm): void;
  derive(from: Opened, how: Derivation): KeyTerm;
  /** Whole blocks, as a hexadecimal cryptogram; refuses with DATA_LENGTH. */
  encipher(under: Opened, data: Uint8Array): string;
  /** Refuses with TOKEN_INVALID where the token is none of the old master keys. */
  renew(token: Token, type: KeyType): Token;
  readonly rsa: RsaTerms;
  checkValue(key: KeyTerm): string;
  algorithmOf(key: KeyTerm): Algorithm;
  lengthOf(key: KeyTerm): number;
  isWeak(key: KeyTerm): boolean;
  rule<R extends RuleId>(id: R, facts: RuleFacts<R>): void;
  refuse(code: string): never;
}

/** What a cryptogram of the typed API says it holds. */
export const TAGS = ['TData', 'DataKey'] as const;
export type Tag = (typeof TAGS)[number];

/** What is printed outside a sealed envelope. */
export interface EnvelopeLabel {
  readonly custodian: string;
  readonly ceremony: string;
  readonly index: number;
}
