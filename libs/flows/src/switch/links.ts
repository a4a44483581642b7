/**
 * How each issuer's link is: signed on, silent, down. The truth is one record per issuer in the store,
 * shared by all instances of the switch, because an answer may come to another instance than the one
 * that asked. Each instance notes what it hears and merges that in on its ticks.
 */
import { NETWORK_CODES, type Timeouts } from '../node.js';
import type { MessageId } from './read.js';

/** Timeouts in a row, with nothing heard between, after which requests are no longer sent. */
export const DOWN_AFTER = 5;

export type NetworkCode = (typeof NETWORK_CODES)[keyof typeof NETWORK_CODES];

/** An 0800 that waits for its 0810: at most one per issuer and code. */
export interface AskedRequest extends MessageId {
  readonly sentMs: number;
  /** Of the keys offered; 0 where none are. */
  readonly keyVersion: number;
}

export interface LinkRecord {
  readonly issuer: string;
  readonly signedOn: boolean;
  readonly heardMs: number;
  /** Timeouts since then. */
  readonly silentTimeouts: number;
  readonly lastStan: number;
  /** When the issuer last confirmed new working keys; 0: new ones are wanted. */
  readonly keysMs: number;
  readonly asked: Readonly<Partial<Record<NetworkCode, AskedRequest>>>;
}

export function newLink(issuer: string): LinkRecord {
  return {
    issuer,
    signedOn: false,
    heardMs: 0,
    silentTimeouts: 0,
    lastStan: 0,
    keysMs: 0,
    asked: {},
  };
}

export function isDown(link: LinkRecord): boolean {
  return link.silentTimeouts >= DOWN_AFTER;
}

/** False while the last request of this kind may still be answered. */
export function mayAsk(
  link: LinkRecord,
  code: NetworkCode,
  o: { nowMs: number; timeouts: Timeouts },
): boolean {
  const asked = link.asked[code];
  return asked === undefined || o.nowMs - asked.sentMs >= o.timeouts.networkAnswerMs;
}

/**
 * Which 0800 is due: a key change while the newest keys are not confirmed or past their life, then
 * sign-on, then echo.
 */
export function dueOn(
  link: LinkRecord,
  o: { nowMs: number; timeouts: Timeouts; confirmed: boolean; keyed: boolean },
): NetworkCode | undefined {
  const aged = o.nowMs - link.keysMs >= o.timeouts.keyLifeMs;
  if ((!o.confirmed || aged) && mayAsk(link, NETWORK_CODES.keyChange, o)) {
    return NETWORK_CODES.keyChange;
  }
  if (!o.keyed) return undefined;
  const silent = o.nowMs - link.heardMs >= o.timeouts.echoEveryMs || isDown(link);
  const code = link.signedOn ? NETWORK_CODES.echo : NETWORK_CODES.signOn;
  if (link.signedOn && !silent) return undefined;
  return mayAsk(link, code, o) ? code : undefined;
}

/** The link with a request noted as sent; its STAN is the new `lastStan`. */
export function withAsked(
  link: LinkRecord,
  o: { code: NetworkCode; transmittedAt: string; sentMs: number; keyVersion: number },
): LinkRecord {
  const lastStan = (link.lastStan % 999_999) + 1;
  const stan = String(lastStan).padStart(6, '0');
  const { code, transmittedAt, sentMs, keyVersion } = o;
  const asked = { ...link.asked, [code]: { stan, transmittedAt, sentMs, keyVersion } };
  return { ...link, lastStan, asked };
}

/** The link after an approved 0810, and the request that it answers; undefined when it answers none. */
export function withAnswered(
  link: LinkRecord,
  code: string,
  id: MessageId,
): { link: LinkRecord; request: AskedRequest } | undefined {
  const { [code as NetworkCode]: request, ...asked } = link.asked;
  if (request?.stan !== id.stan || request.transmittedAt !== id.transmittedAt) return undefined;
  const signedOn =
    code === NETWORK_CODES.signOn || (link.signedOn && code !== NETWORK_CODES.signOff);
  return { link: { ...link, signedOn, asked }, request };
}

/** What one instance has noticed and not yet merged, and the records as it last saw them. */
export class LinkMonitor {
  readonly #links: Map<string, LinkRecord>;
  readonly #heard = new Map<string, number>();
  readonly #timeouts = new Map<string, number>();

  constructor(issuers: readonly string[]) {
    this.#links = new Map(issuers.map((issuer) => [issuer, newLink(issuer)]));
  }

  get issuers(): string[] {
    return [...this.#links.keys()];
  }

  of(issuer: string): LinkRecord {
    const link = this.#links.get(issuer);
    if (link === undefined) throw new Error('no such issuer link');
    return link;
  }

  isDown(issuer: string): boolean {
    return isDown(this.of(issuer));
  }

  /** A message of the issuer with a good MAC came in. */
  heard(issuer: string, nowMs: number): void {
    this.#heard.set(issuer, nowMs);
    this.#timeouts.delete(issuer);
    const link = this.of(issuer);
    if (link.silentTimeouts > 0) this.#links.set(issuer, { ...link, silentTimeouts: 0 });
  }

  timedOut(issuer: string): void {
    if (!this.#links.has(issuer)) return;
    this.#timeouts.set(issuer, (this.#timeouts.get(issuer) ?? 0) + 1);
  }

  /** The record with what this instance has noticed; call `merged` once that is stored. */
  merge(link: LinkRecord): LinkRecord {
    const heardMs = this.#heard.get(link.issuer) ?? 0;
    const timeouts = this.#timeouts.get(link.issuer) ?? 0;
    const fresh = heardMs > link.heardMs;
    if (!fresh && timeouts === 0) return link;
    const silentTimeouts = (fresh ? 0 : link.silentTimeouts) + timeouts;
    return { ...link, heardMs: Math.max(heardMs, link.heardMs), silentTimeouts };
  }

  merged(links: readonly LinkRecord[]): void {
    for (const link of links) {
      this.#links.set(link.issuer, link);
      this.#heard.delete(link.issuer);
      this.#timeouts.delete(link.issuer);
    }
  }
}
