/**
 * Gathers items that come one by one and hands them on as chunks, one chunk at a time: while one is
 * under way the next one grows. When a chunk starts is the scheduler's matter, so it is the same in
 * the simulator. Its length is bounded by its users (one item per terminal).
 */
export class Batcher<T> {
  #items: T[] = [];
  #running = false;
  #idle: (() => void)[] = [];

  /** `run` must not reject. */
  constructor(
    private readonly o: {
      schedule: (run: () => void) => void;
      maxChunk: number;
      run: (items: T[]) => Promise<void>;
    },
  ) {}

  add(item: T): void {
    this.#items.push(item);
    if (this.#running) return;
    this.#running = true;
    this.o.schedule(() => void this.#work());
  }

  /** Resolves when nothing is waiting or under way. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #work(): Promise<void> {
    while (this.#items.length > 0) await this.o.run(this.#items.splice(0, this.o.maxChunk));
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
