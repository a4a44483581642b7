/**
 * Terms of the symbolic model. Each different term exists once (hash-consed by its text), so equality
 * is identity. XOR is a sorted set of names without repetition: equal summands cancel, zero is the
 * empty set.
 */
import type { Algorithm, TokenHeader, UsageName } from '@pinfold/hsm';

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

/** A key in transport: a key block that says its usage, or an ECB cryptogram that says nothing. */
export interface Carried {
  readonly kind: 'carried';
  readonly text: string;
  readonly under: KeySymbol;
  readonly key: KeySymbol;
  readonly usage: UsageName | undefined;
}

/** A cryptogram of the typed API. */
export interface Tagged {
  readonly kind: 'tagged';
  readonly text: string;
  readonly under: KeySymbol;
  readonly inside: Plain;
  readonly tag: string;
}

export type Term = Plain | Sealed | Carried | Tagged;

const ZERO = '0';

/** Makes terms; one for each run of the analyser. */
export class TermTable {
  readonly #terms = new Map<string, Term>();

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
    const text = `{${says}${key.term.text}}${masterKey}`;
    return this.#once({ kind: 'sealed', text, key, header, masterKey });
  }

  carried(under: KeySymbol, key: KeySymbol, usage: UsageName | undefined): Carried {
    const says = usage === undefined ? '' : `${usage}: `;
    const text = `{${says}${key.term.text}}(${under.term.text})`;
    return this.#once({ kind: 'carried', text, under, key, usage });
  }

  tagged(under: KeySymbol, inside: Plain, tag: string): Tagged {
    const text = `{${tag}, ${inside.text}}(${under.term.text})`;
    return this.#once({ kind: 'tagged', text, under, inside, tag });
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
