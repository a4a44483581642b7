/**
 * Terms of the symbolic model. Each different term exists once (hash-consed by its text), so equality
 * is identity. XOR is a sorted set of names without repetition: equal summands cancel, zero is the
 * empty set.
 */
import type { Algorithm, RsaUsage, TokenHeader } from '@pinfold/hsm';

/** A key or datum: a name, or a sum of names. */
export interface Plain {
  readonly kind: 'plain';
  readonly text: string;
  readonly names: readonly string[];
}

/** A key as commands hold it: the term with what headers say of it. */
export interface KeySymbol {
  readonly term: Plain;
  readonly algorithm: Algorithm;
  readonly lengthBytes: number;
}

export interface Sealed {
  readonly kind: 'sealed';
  readonly text: string;
  readonly key: KeySymbol;
  readonly header: TokenHeader;
  /** The master key, where that is all that a token says (legacy). */
  readonly masterKey: string;
}

/** A key in transport: a key block that says its X9.143 usage, or an ECB cryptogram that says nothing. */
export interface Carried {
  readonly kind: 'carried';
  readonly text: string;
  readonly under: KeySymbol;
  readonly key: KeySymbol;
  readonly says: string | undefined;
}

/** A cryptogram of the typed API. */
export interface Tagged {
  readonly kind: 'tagged';
  readonly text: string;
  readonly under: KeySymbol;
  readonly inside: Plain;
  readonly tag: string;
}

/** An RSA private key as a token. */
export interface Private {
  readonly kind: 'private';
  readonly text: string;
  readonly pair: string;
  readonly usage: RsaUsage;
}

export interface Public {
  readonly kind: 'public';
  readonly text: string;
  readonly pair: string;
}

/** A key or data under a public key. */
export interface Enciphered {
  readonly kind: 'enciphered';
  readonly text: string;
  readonly pair: string;
  readonly key: KeySymbol;
}

export type Term = Plain | Sealed | Carried | Tagged | Private | Public | Enciphered;

/** A key that comes out of another, one way: whoever knows the base knows it. */
export interface Derived {
  readonly base: Plain;
  readonly how: string;
  readonly term: Plain;
}

/** Stands for every check value: it tells nothing. */
export const CHECK_VALUE = 'check value';

const ZERO = '0';

/** Versions of the master keys in the model: of tokens as they are, and from before a change. */
export const MASTER_KEYS_NOW = 1;
export const OLD_MASTER_KEYS = 0;

/** Makes terms; one for each run of the analyser. */
export class TermTable {
  readonly #terms = new Map<string, Term>();
  readonly #derived = new Map<string, Derived>();
  readonly #fresh = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  /** A name for what a call makes fresh; the same call makes the same. */
  fresh({ call, command }: { call: string; command: string }): string {
    let name = this.#fresh.get(call);
    if (name === undefined) {
      const number = (this.#numbers.get(command) ?? 0) + 1;
      this.#numbers.set(command, number);
      name = `${command}#${number}`;
      this.#fresh.set(call, name);
    }
    return name;
  }

  name(name: string): Plain {
    return this.plain([name]);
  }

  plain(names: readonly string[]): Plain {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    const left = [...counts.keys()].filter((name) => counts.get(name)! % 2 === 1).sort();
    const text = left.length === 0 ? ZERO : left.join(' ⊕ ');
    return this.#once({ kind: 'plain', text, names: left });
  }

  xor(a: Plain, b: Plain): Plain {
    return this.plain([...a.names, ...b.names]);
  }

  sealed(key: KeySymbol, header: TokenHeader, masterKey: string): Sealed {
    const { share, usage, part } = header;
    const whose = share === undefined ? '' : ` ${share.ceremony}/${share.index}`;
    const says = header.typed ? `${usage} ${part}${whose}: ` : '';
    const set = header.masterKeyVersion === OLD_MASTER_KEYS ? `old ${masterKey}` : masterKey;
    const text = `{${says}${key.term.text}}${set}`;
    return this.#once({ kind: 'sealed', text, key, header, masterKey });
  }

  carried(under: KeySymbol, key: KeySymbol, says: string | undefined): Carried {
    const usage = says === undefined ? '' : `${says}: `;
    const text = `{${usage}${key.term.text}}(${under.term.text})`;
    return this.#once({ kind: 'carried', text, under, key, says });
  }

  tagged(under: KeySymbol, inside: Plain, tag: string): Tagged {
    const text = `{${tag}, ${inside.text}}(${under.term.text})`;
    return this.#once({ kind: 'tagged', text, under, inside, tag });
  }

  private(pair: string, usage: RsaUsage): Private {
    return this.#once({ kind: 'private', text: `{${usage}: ${pair}}MK`, pair, usage });
  }

  public(pair: string): Public {
    return this.#once({ kind: 'public', text: `public key of ${pair}`, pair });
  }

  enciphered(pair: string, key: KeySymbol): Enciphered {
    const text = `{${key.term.text} as ${key.lengthBytes} bytes}(public key of ${pair})`;
    return this.#once({ kind: 'enciphered', text, pair, key });
  }

  derived(base: Plain, how: string): Plain {
    const term = this.name(`${how}(${base.text})`);
    if (!this.#derived.has(term.text)) this.#derived.set(term.text, { base, how, term });
    return term;
  }

  /** All that was derived so far. */
  get derivations(): Iterable<Derived> {
    return this.#derived.values();
  }

  #once<T extends Term>(term: T): T {
    const known = this.#terms.get(term.text);
    if (known !== undefined) return known as T;
    this.#terms.set(term.text, term);
    return term;
  }
}

export function isZero({ names }: Plain): boolean {
  return names.length === 0;
}
