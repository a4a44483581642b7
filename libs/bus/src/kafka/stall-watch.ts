/**
 * Notices a consumer that stands still: kafkajs's fetch loop has been seen to end without a word. A
 * healthy consumer fetches several times a second even when there is nothing; one whose handler is
 * at work is not standing still. A stalled one is replaced; after `limit` times in a row without
 * progress the failure is fatal.
 */
export interface StallWatchOptions {
  readonly stallMs: number;
  readonly limit: number;
  readonly now: () => number;
  readonly isBusy: () => boolean;
  readonly replace: () => void;
  readonly onFatal: (error: Error) => void;
}

export class StallWatch {
  readonly #options: StallWatchOptions;
  #lastSignMs: number;
  #replaced = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.#lastSignMs = options.now();
  }

  /** Looks a few times per stall time; does not keep the process alive. */
  start(): void {
    this.#timer = setInterval(() => this.look(), Math.max(10, this.#options.stallMs / 4));
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The consumer fetched: it lives. */
  sign(): void {
    this.#lastSignMs = this.#options.now();
    this.#replaced = 0;
  }

  look(): void {
    const { now, stallMs, limit, isBusy, replace, onFatal } = this.#options;
    if (isBusy()) {
      this.#lastSignMs = now();
      return;
    }
    if (now() - this.#lastSignMs < stallMs) return;
    this.#lastSignMs = now();
    if (this.#replaced >= limit) {
      this.stop();
      onFatal(new Error('a consumer stands still, and replacing it did not help'));
      return;
    }
    this.#replaced += 1;
    replace();
  }
}
