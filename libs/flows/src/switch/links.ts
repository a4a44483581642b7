/**
 * How each issuer's link is, as far as this instance has seen: signed on, silent, down. In memory: a
 * restart starts optimistic and signs on again. Also the network management requests (0800) that
 * wait for their 0810: one per issuer and code, so it is bounded.
 */
import { NETWORK_CODES, type Timeouts } from '../node.js';
import type { MessageId } from './read.js';

/** Timeouts in a row, with nothing heard between, after which requests are no longer sent. */
export const DOWN_AFTER = 5;

export type NetworkCode = (typeof NETWORK_CODES)[keyof typeof NETWORK_CODES];

interface Link {
  signedOn: boolean;
  silentTimeouts: number;
  heardMs: number;
  readonly waiting: Map<NetworkCode, MessageId & { sentMs: number; keyVersion: number }>;
}

export class LinkMonitor {
  readonly #links = new Map<string, Link>();
  #stan = 0;

  constructor(
    issuers: readonly string[],
    private readonly timeouts: Timeouts,
  ) {
    for (const issuer of issuers) {
      this.#links.set(issuer, {
        signedOn: false,
        silentTimeouts: 0,
        heardMs: Number.NEGATIVE_INFINITY,
        waiting: new Map(),
      });
    }
  }

  isDown(issuer: string): boolean {
    return this.#of(issuer).silentTimeouts >= DOWN_AFTER;
  }

  isSignedOn(issuer: string): boolean {
    return this.#of(issuer).signedOn;
  }

  /** A message of the issuer with a good MAC came in. */
  heard(issuer: string, nowMs: number): void {
    const link = this.#of(issuer);
    link.heardMs = nowMs;
    link.silentTimeouts = 0;
  }

  timedOut(issuer: string): void {
    const link = this.#links.get(issuer);
    if (link !== undefined) link.silentTimeouts += 1;
  }

  /** Which 0800 is due to this issuer, if any. A key change is asked for by the caller. */
  due(
    issuer: string,
    nowMs: number,
  ): typeof NETWORK_CODES.signOn | typeof NETWORK_CODES.echo | undefined {
    const link = this.#of(issuer);
    if (!link.signedOn) return this.mayAsk(issuer, NETWORK_CODES.signOn, nowMs) ? '001' : undefined;
    const silent = nowMs - link.heardMs >= this.timeouts.echoEveryMs || this.isDown(issuer);
    return silent && this.mayAsk(issuer, NETWORK_CODES.echo, nowMs) ? '301' : undefined;
  }

  /** False while the last request of this kind may still be answered. */
  mayAsk(issuer: string, code: NetworkCode, nowMs: number): boolean {
    const waiting = this.#of(issuer).waiting.get(code);
    return waiting === undefined || nowMs - waiting.sentMs >= this.timeouts.networkAnswerMs;
  }

  /** Notes a request as sent and gives its STAN; a newer one of the same kind replaces it. */
  asked(
    issuer: string,
    o: { code: NetworkCode; transmittedAt: string; sentMs: number; keyVersion?: number },
  ): string {
    this.#stan = (this.#stan % 999_999) + 1;
    const stan = String(this.#stan).padStart(6, '0');
    const { transmittedAt, sentMs, keyVersion = 0 } = o;
    this.#of(issuer).waiting.set(o.code, { stan, transmittedAt, sentMs, keyVersion });
    return stan;
  }

  /** The request that an 0810 answers, taken off the list; undefined when it answers none. */
  answered(issuer: string, code: string, id: MessageId): { keyVersion: number } | undefined {
    const link = this.#of(issuer);
    const waiting = link.waiting.get(code as NetworkCode);
    if (waiting?.stan !== id.stan || waiting.transmittedAt !== id.transmittedAt) return undefined;
    link.waiting.delete(code as NetworkCode);
    if (code === NETWORK_CODES.signOn) link.signedOn = true;
    if (code === NETWORK_CODES.signOff) link.signedOn = false;
    return waiting;
  }

  #of(issuer: string): Link {
    const link = this.#links.get(issuer);
    if (link === undefined) throw new Error('no such issuer link');
    return link;
  }
}
