/**
 * A member of a group on the embedded bus. It sleeps until a record comes, then takes what has
 * arrived in its lanes at the end of the turn of the event loop, one chunk at a time.
 */
import type { BusRecord } from '@pinfold/messages';
import type { Lag, Subscription } from './bus.js';
import { type Delivery, Interrupted } from './delivery.js';
import type { EmbeddedTopic, Lane, Member } from './embedded-topic.js';

interface Taken {
  readonly lane: Lane;
  readonly records: readonly BusRecord[];
}

export interface EmbeddedSubscriptionOptions {
  readonly group: string;
  readonly topics: readonly EmbeddedTopic[];
  readonly maxChunk: number;
  readonly delivery: Delivery;
  readonly now: () => number;
  readonly onFatal: (error: unknown) => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class EmbeddedSubscription implements Subscription, Member {
  readonly #options: EmbeddedSubscriptionOptions;
  #closed = false;
  #awake = false;
  #running: Promise<void> = Promise.resolve();
  #lastProgressMs: number;
  /** Where gathering starts, so that a busy lane does not starve the others. */
  #turnOf = 0;

  constructor(options: EmbeddedSubscriptionOptions) {
    this.#options = options;
    this.#lastProgressMs = options.now();
    for (const topic of options.topics) topic.join(options.group, this);
  }

  wake(): void {
    if (this.#awake || this.#closed) return;
    this.#awake = true;
    this.#lastProgressMs = this.#options.now();
    this.#running = this.#run();
  }

  get isIdle(): boolean {
    return !this.#awake;
  }

  lag(): Lag[] {
    const { group, topics } = this.#options;
    return topics.map((topic) => {
      let records = 0;
      for (const lane of topic.lanesOf(group, this)) records += lane.queue.length + lane.inFlight;
      return { group, topic: topic.name, records, lastProgressMs: this.#lastProgressMs };
    });
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#options.delivery.end();
    }
    await this.#running;
    for (const topic of this.#options.topics) topic.leave(this.#options.group, this);
  }

  async #run(): Promise<void> {
    await turn();
    while (!this.#closed) {
      const taken = this.#take();
      if (taken.length === 0) break;
      await this.#handle(taken);
      for (const topic of this.#options.topics) topic.released(this.#options.group, this);
      await turn();
    }
    this.#awake = false;
  }

  async #handle(taken: readonly Taken[]): Promise<void> {
    const chunk = taken.length === 1 ? taken[0]!.records : taken.flatMap(({ records }) => records);
    try {
      await this.#options.delivery.deliver(chunk);
      this.#lastProgressMs = this.#options.now();
      for (const { lane } of taken) lane.inFlight = 0;
    } catch (error) {
      for (const { lane, records } of taken) {
        for (let i = records.length - 1; i >= 0; i -= 1) lane.queue.unshift(records[i]!);
        lane.inFlight = 0;
      }
      if (!(error instanceof Interrupted)) {
        this.#closed = true;
        this.#options.onFatal(error);
      }
    }
  }

  /** Up to `maxChunk` records of lanes that nobody works on. */
  #take(): Taken[] {
    const { topics, group, maxChunk } = this.#options;
    const lanes = topics.flatMap((topic) => [...topic.lanesOf(group, this)]);
    const taken: Taken[] = [];
    let room = maxChunk;
    this.#turnOf += 1;
    for (let i = 0; i < lanes.length && room > 0; i += 1) {
      const lane = lanes[(i + this.#turnOf) % lanes.length]!;
      const count = lane.inFlight > 0 ? 0 : Math.min(room, lane.queue.length);
      if (count === 0) continue;
      const records = Array.from({ length: count }, () => lane.queue.shift()!);
      lane.inFlight = count;
      room -= count;
      taken.push({ lane, records });
    }
    if (taken.length > 0) for (const topic of topics) topic.admit();
    return taken;
  }
}
