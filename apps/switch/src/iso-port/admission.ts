/** Who may connect: so many from one address and in all, and so many new ones a second under TLS. */
import type { LineLimits } from './limits.js';

export class Admission {
  readonly #limits: LineLimits;
  readonly #byAddress = new Map<string, number>();
  /** New connections of an address in the second that began then. */
  readonly #recent = new Map<string, { readonly second: number; count: number }>();
  #all = 0;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#all;
  }

  /** Gives the function that ends the admission; undefined when there is no room. */
  admit(address: string, o: { handshake: boolean; nowMs: number }): (() => void) | undefined {
    if (o.handshake && !this.#mayShakeHands(address, o.nowMs)) return undefined;
    const count = this.#byAddress.get(address) ?? 0;
    const { connections, connectionsPerAddress } = this.#limits;
    if (this.#all >= connections || count >= connectionsPerAddress) return undefined;
    this.#all += 1;
    this.#byAddress.set(address, count + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#all -= 1;
      const left = this.#byAddress.get(address)! - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    };
  }

  #mayShakeHands(address: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    const recent = this.#recent.get(address);
    if (recent?.second !== second) {
      // Every other address's second is over too, or this map is small.
      if (this.#recent.size >= this.#limits.connections) this.#recent.clear();
      this.#recent.set(address, { second, count: 1 });
      return true;
    }
    recent.count += 1;
    return recent.count <= this.#limits.handshakesPerSecond;
  }
}
