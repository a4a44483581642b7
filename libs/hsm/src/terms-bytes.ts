/**
 * `Terms` over bytes: the device's own meaning of key-management commands. One object serves one
 * command; `end` wipes every key that the command made, so that nothing outlives it.
 */
import {
  adjustOddParity,
  encryptEcb,
  hasEqualHalves,
  isWeakDesKey,
  type RandomBytes,
  toHex,
  wipe,
  xorBytes,
} from '@pinfold/crypto';
import type { ClearKey } from './keys/clear-key.js';
import { type Derivation, deriveBytes } from './keys/derivation.js';
import { checkValueOf, desLetter } from './keys/key-check.js';
import { type KeyStore, readySlot } from './keys/key-store.js';
import type { KeyType } from './keys/key-types.js';
import type { RsaKeys } from './keys/rsa-keys.js';
import type { Algorithm, UsageName } from './keys/usages.js';
import { Refused, refusal } from './outcome.js';
import type { Policy } from './policy/policy.js';
import type { RuleFacts, RuleId } from './policy/rules.js';
import type { EnvelopeLabel, KeySpec, KeyTerm, Opened, Slot, Tag, Terms, Token } from './terms.js';
import { ByteRsaTerms } from './terms-rsa-bytes.js';
import type { SealAs } from './tokens/header.js';
import { protectTagged, unprotectTagged } from './tokens/tagged.js';
import { unwrapFromTransport, wrapForTransport } from './tokens/transport.js';

/** What a custodian gets: a sealed envelope, printed or handed over outside the host's reach. */
export interface Envelope extends EnvelopeLabel {
  readonly component: Uint8Array;
  readonly checkValue: string;
}

export interface BytesPorts {
  readonly policy: Policy;
  readonly keys: KeyStore;
  readonly rsaKeys: RsaKeys;
  readonly random: RandomBytes;
  readonly envelopes: (envelope: Envelope) => void;
}

const AES_256_BYTES = 32;

/** A key in a command's hands. */
interface ByteKey {
  readonly bytes: Uint8Array;
  readonly algorithm: Algorithm;
}

interface ByteOpened extends Opened {
  readonly held: ClearKey;
}

export class ByteTerms implements Terms {
  readonly #ports: BytesPorts;
  readonly #made: Uint8Array[] = [];
  readonly rsa: ByteRsaTerms;

  constructor(ports: BytesPorts) {
    this.#ports = ports;
    const { policy, rsaKeys } = ports;
    const term = (clear: Uint8Array, as: 'key' | 'data') => {
      const odd = as === 'key' && isDesLength(clear.length);
      if (!odd) return this.#term(clear, letterOf(clear));
      this.#made.push(clear);
      return this.#term(adjustOddParity(clear), letterOf(clear));
    };
    this.rsa = new ByteRsaTerms({ policy, rsaKeys, term });
  }

  fresh({ algorithm, lengthBytes }: KeySpec): KeyTerm {
    const random = this.#ports.random(lengthBytes);
    return this.#term(
      isDes(algorithm) ? adjustOddParity(random) : Uint8Array.from(random),
      algorithm,
    );
  }

  clear(component: Uint8Array, algorithm: Algorithm): KeyTerm {
    return this.#term(Uint8Array.from(component), algorithm);
  }

  xor(a: KeyTerm, b: KeyTerm): KeyTerm {
    const { bytes, algorithm } = inside(a);
    const other = inside(b).bytes;
    if (bytes.length !== other.length) this.refuse('TOKEN_INVALID');
    return this.#term(xorBytes(bytes, other), algorithm);
  }

  seal(key: KeyTerm, as: SealAs): Token {
    const { bytes, algorithm } = inside(key);
    return this.#ports.keys.seal(bytes, algorithm, as).token;
  }

  open(token: Token, slot: Slot): Opened {
    const held = this.#ports.keys.open(token, readySlot(slot));
    if (held === undefined) this.refuse('TOKEN_INVALID');
    const { header } = held;
    const key = asTerm({ bytes: held.exposeBytes(), algorithm: header.algorithm });
    const opened: ByteOpened = { key, header, held };
    return opened;
  }

  encrypt(under: Opened, key: KeyTerm, as: SealAs): string {
    const { bytes, algorithm } = inside(key);
    const carried = { bytes, algorithm, exportability: as.exportability ?? 'E' } as const;
    const { held } = under as ByteOpened;
    return wrapForTransport(this.#ports, { under: held, key: carried, ...as });
  }

  decrypt(under: Opened, text: string, usage: UsageName): KeyTerm {
    const { held } = under as ByteOpened;
    const carried = unwrapFromTransport(this.#ports.policy, { under: held, text, usage });
    if (carried === undefined) this.refuse('KEY_BLOCK_INVALID');
    return this.#term(carried.bytes, carried.algorithm);
  }

  protect(under: Opened, term: KeyTerm, tag: Tag): string {
    return protectTagged(inside(under.key).bytes, inside(term).bytes, tag);
  }

  unprotect(under: Opened, text: string, tag: Tag): KeyTerm {
    const opened = unprotectTagged(inside(under.key).bytes, text);
    const right = opened?.tag === tag || !this.#ports.policy.on['M9.one-usage'];
    if (opened === undefined || !right) this.refuse('CRYPTOGRAM_INVALID');
    return this.#term(opened.bytes, 'A');
  }

  reveal(term: KeyTerm): Uint8Array {
    return Uint8Array.from(inside(term).bytes);
  }

  deliver(label: EnvelopeLabel, key: KeyTerm): void {
    const { bytes, algorithm } = inside(key);
    const component = Uint8Array.from(bytes);
    this.#ports.envelopes({ ...label, component, checkValue: checkValueOf(bytes, algorithm) });
  }

  derive(from: Opened, how: Derivation): KeyTerm {
    const { bytes, algorithm } = inside(from.key);
    return this.#term(deriveBytes(bytes, algorithm, how), algorithm);
  }

  encipher(under: Opened, data: Uint8Array): string {
    const { aes, des } = (under as ByteOpened).held;
    const cipher = aes ?? des;
    if (cipher === undefined || data.length % cipher.blockBytes !== 0) {
      return this.refuse('DATA_LENGTH');
    }
    return toHex(encryptEcb(cipher, data));
  }

  renew(token: Token, type: KeyType): Token {
    return this.#ports.keys.reEncrypt(token, type) ?? this.refuse('TOKEN_INVALID');
  }

  checkValue(key: KeyTerm): string {
    const { bytes, algorithm } = inside(key);
    return checkValueOf(bytes, algorithm);
  }

  algorithmOf(key: KeyTerm): Algorithm {
    return inside(key).algorithm;
  }

  lengthOf(key: KeyTerm): number {
    return inside(key).bytes.length;
  }

  isWeak(key: KeyTerm): boolean {
    const { bytes, algorithm } = inside(key);
    if (!isDes(algorithm)) return bytes.every((byte) => byte === 0);
    return isWeakDesKey(bytes) || hasEqualHalves(bytes);
  }

  rule<R extends RuleId>(id: R, facts: RuleFacts<R>): void {
    const refused = this.#ports.policy.judge(id, facts);
    if (refused !== undefined) throw new Refused(refused);
  }

  refuse(code: string): never {
    throw new Refused(refusal(code));
  }

  /** Wipes what the command made. */
  end(): void {
    for (const bytes of this.#made) wipe(bytes);
  }

  #term(bytes: Uint8Array, algorithm: Algorithm): KeyTerm {
    this.#made.push(bytes);
    return asTerm({ bytes, algorithm });
  }
}

function isDes(algorithm: Algorithm): boolean {
  return algorithm === 'T' || algorithm === 'D';
}

/** What came from under RSA says nothing of itself: an AES-256 key is told by its length. */
function isDesLength(bytes: number): boolean {
  return bytes === 8 || bytes === 16 || bytes === 24;
}

function letterOf(clear: Uint8Array): Algorithm {
  return clear.length === AES_256_BYTES ? 'A' : desLetter(clear.length);
}

function asTerm(key: ByteKey): KeyTerm {
  return key as unknown as KeyTerm;
}

function inside(term: KeyTerm): ByteKey {
  return term as unknown as ByteKey;
}
