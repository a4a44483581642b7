/** Calls something again and again, never twice at once; a failure is told and the next call comes. */
export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #under: Promise<void> = Promise.resolve();
  #running = false;

  constructor(
    private readonly o: {
      everyMs: number;
      run: () => Promise<unknown>;
      onError: (error: unknown) => void;
    },
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.o.everyMs);
  }

  /** Resolves when the call under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#under;
  }

  #tick(): void {
    if (this.#running) return;
    this.#running = true;
    this.#under = this.o
      .run()
      .then(
        () => undefined,
        (error: unknown) => this.o.onError(error),
      )
      .finally(() => {
        this.#running = false;
      });
  }
}
