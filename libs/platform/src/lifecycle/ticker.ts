/** Calls something again and again, never twice at once; a failure is told and the next call comes. */
export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #under: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    private readonly o: {
      /** From the end of one call to the beginning of the next. */
      readonly everyMs: number;
      /** Before the first call; as `everyMs` when not given. */
      readonly firstMs?: number;
      readonly run: () => Promise<unknown>;
      readonly onError: (error: unknown) => void;
    },
  ) {}

  start(): void {
    if (this.#timer === undefined) this.#schedule(this.o.firstMs ?? this.o.everyMs);
  }

  /** No further call; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#under;
  }

  #schedule(afterMs: number): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#under = this.#tick();
    }, afterMs);
  }

  async #tick(): Promise<void> {
    try {
      await this.o.run();
    } catch (error) {
      this.o.onError(error);
    }
    this.#schedule(this.o.everyMs);
  }
}
