/** How one switch is set up: its institution, card routes, issuer links. Facts as data. */

/** Most that the switch approves in an issuer's place. Amounts in minor units, per UTC day. */
export interface StandInLimits {
  readonly perTransactionMinor: bigint;
  readonly perCardMinor: bigint;
  readonly perIssuerMinor: bigint;
}

export interface IssuerLink {
  /** Lower-case institution id, as in the topic's name. */
  readonly id: string;
  /** PIN block format of the link (DE 53); `iso4` needs AES zone keys. */
  readonly pinFormat: 'iso0' | 'iso4';
  /** Algorithm of new zone keys: T triple DES, A AES. */
  readonly algorithm: 'T' | 'A';
  /** Absent: the switch never stands in for this issuer. */
  readonly standIn?: StandInLimits;
}

export interface CardRoute {
  /** First digits of the card number; the longest that fits wins. */
  readonly prefix: string;
  readonly issuer: string;
}

export interface SwitchOptions {
  /** DE 32. */
  readonly acquirer: string;
  readonly issuers: readonly IssuerLink[];
  readonly routes: readonly CardRoute[];
  /** Algorithm of a terminal's keys; triple DES where it says nothing. */
  readonly terminalAlgorithm?: (terminal: string) => 'T' | 'A';
}

/** Issuer of a card, or undefined when no prefix fits. */
export class RouteTable {
  readonly #byPrefix = new Map<string, string>();
  readonly #lengths: number[];

  constructor(routes: readonly CardRoute[]) {
    for (const { prefix, issuer } of routes) {
      if (!/^\d{1,12}$/.test(prefix)) throw new RangeError('a card prefix is 1 to 12 digits');
      if (this.#byPrefix.has(prefix)) throw new RangeError(`two routes for prefix ${prefix}`);
      this.#byPrefix.set(prefix, issuer);
    }
    this.#lengths = [...new Set(routes.map((r) => r.prefix.length))].sort((a, b) => b - a);
  }

  issuerOf(pan: string): string | undefined {
    for (const length of this.#lengths) {
      const issuer = this.#byPrefix.get(pan.slice(0, length));
      if (issuer !== undefined) return issuer;
    }
    return undefined;
  }
}
