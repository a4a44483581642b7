/**
 * Joins what several partitions have brought into one chunk. kafkajs calls once per partition and
 * batch; each call offers its records and waits until they are handled. One chunk is at work at a
 * time; the next takes what has come meanwhile, up to the limit.
 */
import type { BusRecord } from '@pinfold/messages';
import { Interrupted } from '../delivery.js';

interface Offer {
  readonly records: readonly BusRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Joiner {
  readonly #deliver: (chunk: readonly BusRecord[]) => Promise<void>;
  readonly #maxChunk: number;
  readonly #offers: Offer[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** `deliver` rejects when the chunk was not handled; then none of its offers was. */
  constructor(maxChunk: number, deliver: (chunk: readonly BusRecord[]) => Promise<void>) {
    this.#maxChunk = maxChunk;
    this.#deliver = deliver;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** At most `maxChunk` records; resolves when they were handled. */
  offer(records: readonly BusRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Interrupted());
    return new Promise((resolve, reject) => {
      this.#offers.push({ records, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Ends after the chunk at work; what waits rejects with `Interrupted`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#offers.splice(0)) reject(new Interrupted());
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#offers.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const offers = this.#take();
      if (offers.length === 0) break;
      try {
        await this.#deliver(
          offers.length === 1 ? offers[0]!.records : offers.flatMap((o) => o.records),
        );
        for (const { resolve } of offers) resolve();
      } catch (error) {
        for (const { reject } of offers) reject(error);
      }
    }
    this.#running = undefined;
  }

  #take(): Offer[] {
    let count = 0;
    let size = 0;
    for (const { records } of this.#offers) {
      size += records.length;
      if (count > 0 && size > this.#maxChunk) break;
      count += 1;
    }
    return this.#offers.splice(0, count);
  }
}
