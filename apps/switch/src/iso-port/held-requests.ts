/**
 * Requests that came between a new connection and the partner's answer to the sign-on: sent when that is
 * there, in order. What has waited too long is not sent any more, since its customer will have been
 * answered for the issuer.
 */
import type { Unpacked } from './packing.js';

/** Well below the time in which an issuer must answer. */
const LONGEST_MS = 2_000;
const MOST = 1_024;

export class HeldRequests {
  #held: { readonly request: Unpacked; readonly sinceMs: number }[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** False where there is no room. */
  hold(request: Unpacked): boolean {
    if (this.#held.length >= MOST) return false;
    this.#held.push({ request, sinceMs: this.now() });
    return true;
  }

  /** Those that may still be sent; none is held afterwards. */
  release(): Unpacked[] {
    const held = this.#held.splice(0);
    const from = this.now() - LONGEST_MS;
    return held.filter(({ sinceMs }) => sinceMs >= from).map(({ request }) => request);
  }
}
