/**
 * Whom the device relies on in TR-34 key transport: the authorities that officers entered, the
 * distributor that it is bound to as a receiver, and what makes tokens fresh. Certificates are public;
 * what is kept here is which of them count. Random numbers live in memory alone: after a restart a
 * sender asks for a new one.
 */
import { createHash } from 'node:crypto';
import { equalConstantTime, fromHex, type RandomBytes, toHex } from '@pinfold/crypto';
import { type Tr34Trust as Trust, tr34Nonce } from '@pinfold/keyblock/tr34';

export const MAX_AUTHORITIES = 16;
/** Random numbers that wait for their token; the oldest gives way. */
export const MAX_NONCES = 16;
export const NONCE_MS = 10 * 60_000;

/** Whom an authority certifies: distributors of keys (KDH), or receivers (KRD). */
export const CERTIFIES = ['distributors', 'receivers'] as const;
export type Certifies = (typeof CERTIFIES)[number];

export interface Tr34Authority {
  readonly id: string;
  readonly certifies: Certifies;
  /** DER, in hexadecimal. */
  readonly certificate: string;
}

export interface Tr34State {
  readonly authorities: readonly Tr34Authority[];
  /** Certificate of the distributor, DER in hexadecimal. */
  readonly distributor?: string;
  /** Time of the last token of one pass, milliseconds since the epoch. */
  readonly lastTimeMs: number;
}

interface Nonce {
  readonly bytes: Uint8Array;
  readonly expiresAt: number;
}

export class Tr34Parties {
  readonly #authorities = new Map<string, Tr34Authority>();
  #distributor: Uint8Array | undefined;
  #lastTimeMs: number;
  #nonces: Nonce[] = [];

  constructor(state: Tr34State = { authorities: [], lastTimeMs: 0 }) {
    for (const authority of state.authorities) this.#authorities.set(authority.id, authority);
    this.#distributor = state.distributor === undefined ? undefined : fromHex(state.distributor);
    this.#lastTimeMs = state.lastTimeMs;
  }

  /** The id, or undefined when there are too many. The same certificate again changes whom it certifies. */
  trust(certificate: Uint8Array, certifies: Certifies): string | undefined {
    const id = partyId(certificate);
    if (!this.#authorities.has(id) && this.#authorities.size >= MAX_AUTHORITIES) return undefined;
    this.#authorities.set(id, { id, certifies, certificate: toHex(certificate) });
    return id;
  }

  distrust(id: string): boolean {
    return this.#authorities.delete(id);
  }

  /** What `@pinfold/keyblock/tr34` asks for, of one kind of party. */
  trustOf(certifies: Certifies, nowMs: number): Trust {
    const authorities = [...this.#authorities.values()]
      .filter((authority) => authority.certifies === certifies)
      .map(({ certificate }) => fromHex(certificate));
    return { authorities, nowMs };
  }

  get distributor(): Uint8Array | undefined {
    return this.#distributor;
  }

  /** Times of another distributor count for nothing. */
  bind(certificate: Uint8Array | undefined): void {
    this.#distributor = certificate;
    this.#lastTimeMs = 0;
    this.#nonces = [];
  }

  get lastTimeMs(): number {
    return this.#lastTimeMs;
  }

  took(timeMs: number): void {
    this.#lastTimeMs = timeMs;
  }

  nonce(random: RandomBytes, now: number): Uint8Array {
    const bytes = tr34Nonce(random);
    this.#nonces = [...this.#live(now), { bytes, expiresAt: now + NONCE_MS }].slice(-MAX_NONCES);
    return Uint8Array.from(bytes);
  }

  isOpen(nonce: Uint8Array, now: number): boolean {
    return this.#live(now).some(({ bytes }) => equalConstantTime(bytes, nonce));
  }

  /** A random number answers one token. */
  close(nonce: Uint8Array): void {
    this.#nonces = this.#nonces.filter(({ bytes }) => !equalConstantTime(bytes, nonce));
  }

  toState(): Tr34State {
    return {
      authorities: [...this.#authorities.values()],
      lastTimeMs: this.#lastTimeMs,
      ...(this.#distributor === undefined ? {} : { distributor: toHex(this.#distributor) }),
    };
  }

  #live(now: number): Nonce[] {
    return this.#nonces.filter(({ expiresAt }) => now < expiresAt);
  }
}

/** Names a certificate for people: the start of its SHA-256. */
export function partyId(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex').slice(0, 16).toUpperCase();
}
