/**
 * Work that takes up to seconds (prime numbers of RSA keys), away from the event loop: a few pieces at
 * once, in the order in which they were asked for, and no more waiting than a limit.
 */

export interface SlowWorkLimits {
  /** Pieces under way: each holds a thread of the four that Node has for all such work. */
  readonly atOnce: number;
  /** Pieces that wait behind them. */
  readonly waiting: number;
}

const LIMITS: SlowWorkLimits = { atOnce: 2, waiting: 64 };

export class SlowWork {
  readonly #limits: SlowWorkLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** The outcome of a piece; undefined, at once, where too many wait already. */
  run<T>(piece: () => Promise<T>): Promise<T> | undefined {
    const { atOnce, waiting } = this.#limits;
    if (this.#running < atOnce) {
      this.#running++;
      return this.#do(piece);
    }
    if (this.#waiting.length >= waiting) return undefined;
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#do(piece));
  }

  async #do<T>(piece: () => Promise<T>): Promise<T> {
    try {
      return await piece();
    } finally {
      // Its place goes over to the next one, so that nobody comes between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
