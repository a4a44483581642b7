/** `RsaTerms` over symbols: a pair is a name, its public key everybody's, and OAEP a closed box. */
import type { KeyTerm, PairTerm, Policy, RsaTerms, RsaUsage, Token } from '@pinfold/hsm';
import type { Enciphered, Private, TermTable } from './symbols.js';

export interface SymbolicRsaPorts {
  readonly table: TermTable;
  readonly policy: Policy;
  /** Names what is made fresh. */
  readonly name: () => string;
  readonly refuse: (code: string) => never;
}

export class SymbolicRsaTerms implements RsaTerms {
  readonly #ports: SymbolicRsaPorts;

  constructor(ports: SymbolicRsaPorts) {
    this.#ports = ports;
  }

  generate(): PairTerm {
    return asPair(this.#ports.name());
  }

  seal(pair: PairTerm, usage: RsaUsage): Token {
    return this.#ports.table.private(nameOf(pair), usage) as unknown as string;
  }

  open(token: Token, usage?: RsaUsage): PairTerm {
    const held = token as unknown as Private;
    const fits = usage === undefined || usage === held.usage;
    if (!fits && this.#ports.policy.on['M9.one-usage']) this.#ports.refuse('TOKEN_INVALID');
    return asPair(held.pair);
  }

  unwrap(pair: PairTerm, asked: { padding: 'oaep' | 'pkcs1'; data: Uint8Array }): KeyTerm {
    return this.decrypt(pair, asked);
  }

  /** Nobody learns more from the same pair sealed anew. */
  renew(token: Token): Token {
    return token;
  }

  publicKey(pair: PairTerm): string {
    return this.#ports.table.public(nameOf(pair)) as unknown as string;
  }

  /** Both paddings are closed boxes here: what a padding tells is numeric, and an attack of its own. */
  decrypt(
    pair: PairTerm,
    { padding, data }: { padding: 'oaep' | 'pkcs1'; data: Uint8Array },
  ): KeyTerm {
    const { policy, refuse } = this.#ports;
    if (padding === 'pkcs1' && policy.on['M16.oaep-only']) refuse('PADDING_REFUSED');
    const enciphered = data as unknown as Enciphered;
    if (enciphered.pair !== nameOf(pair)) refuse('CIPHERTEXT_INVALID');
    return enciphered.key as unknown as KeyTerm;
  }
}

function asPair(name: string): PairTerm {
  return name as unknown as PairTerm;
}

function nameOf(pair: PairTerm): string {
  return pair as unknown as string;
}
