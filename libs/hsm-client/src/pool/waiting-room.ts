/**
 * Those who wait for a device to have room: in order, each for a limited time, and so many at most. They
 * are let in as room comes free, not all at once: a device that has just come back would otherwise
 * drown in what had waited for it, and be taken for broken again.
 */
import { whenLate } from './when-late.js';

export class WaitingRoom<Place> {
  readonly #limit: number;
  /** A set keeps the order in which they came. Each takes a place for itself, if there is one. */
  readonly #waiting = new Set<() => boolean>();
  readonly #leaving = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** What `take` gave when it was this one's turn; undefined after the time, or at once when full. */
  enter(take: () => Place | undefined, limitMs: number): Promise<Place | undefined> {
    if (this.#waiting.size >= this.#limit || limitMs <= 0) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = (place: Place | undefined) => {
        inTime();
        this.#waiting.delete(letIn);
        this.#leaving.delete(giveUp);
        resolve(place);
      };
      const letIn = () => {
        const place = take();
        if (place !== undefined) leave(place);
        return place !== undefined;
      };
      const giveUp = () => leave(undefined);
      const inTime = whenLate(limitMs, giveUp);
      this.#waiting.add(letIn);
      this.#leaving.add(giveUp);
    });
  }

  /** Nobody will be let in any more. */
  dismiss(): void {
    for (const giveUp of [...this.#leaving]) giveUp();
  }

  /** Room came free: lets in from the front until there is no place any more. */
  admit(): void {
    for (const letIn of this.#waiting) if (!letIn()) return;
  }
}
