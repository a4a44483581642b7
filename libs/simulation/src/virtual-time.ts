/**
 * Virtual time: events in order of their moment and, within one, of their making. After each event all
 * that it started runs until it waits for another event, so a run depends on nothing but its seed.
 */
import type { Clock } from '@pinfold/flows';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** All promises that can go on have gone on: the event loop has turned. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export class VirtualTime implements Clock {
  #now: number;
  #made = 0;
  /** Binary heap. */
  readonly #heap: Event[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#heap.length;
  }

  at(delayMs: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ at: this.#now + Math.max(0, delayMs), order: this.#made++, run });
    let i = heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.at(delayMs, resolve));
  }

  /** Runs every event up to a moment (ms since the epoch), then it is that moment. */
  async runUntil(untilMs: number): Promise<void> {
    await settled();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > untilMs) break;
      this.#take();
      this.#now = next.at;
      next.run();
      await settled();
    }
    this.#now = Math.max(this.#now, untilMs);
  }

  #take(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
      if (!before(heap[child]!, heap[i]!)) break;
      [heap[i], heap[child]] = [heap[child]!, heap[i]!];
      i = child;
    }
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
