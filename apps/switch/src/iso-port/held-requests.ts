/**
 * Requests that came between a new connection and the partner's answer to the sign-on: sent when that is
 * there, in order. What has waited too long is let go at once, since its customer will have been answered
 * for the issuer: it neither goes out late nor takes the place of a new one.
 */
import type { Unpacked } from './packing.js';

/** Well below the time in which an issuer must answer. */
const LONGEST_MS = 2_000;
const MOST = 1_024;

export class HeldRequests {
  readonly #held: { readonly request: Unpacked; readonly timer: NodeJS.Timeout }[] = [];
  readonly #letGo: () => void;

  /** `letGo` is told of each request that is not held any more and was not sent. */
  constructor(letGo: () => void) {
    this.#letGo = letGo;
  }

  /** Lets it go where there is no room. */
  hold(request: Unpacked): void {
    if (this.#held.length >= MOST) {
      this.#letGo();
      return;
    }
    // All are held for the same time: the one whose time is over is the first.
    const timer = setTimeout(() => {
      this.#held.shift();
      this.#letGo();
    }, LONGEST_MS);
    this.#held.push({ request, timer });
  }

  /** Those that may still be sent; none is held afterwards. */
  release(): Unpacked[] {
    return this.#held.splice(0).map(({ request, timer }) => {
      clearTimeout(timer);
      return request;
    });
  }

  /** The connection is gone. */
  drop(): void {
    for (const _ of this.release()) this.#letGo();
  }
}
