/**
 * The bus inside one process: bounded queues, order per key, no promise per record. What is in
 * flight when the process dies is lost, as on a telephone line; journals, deadlines and reversals of
 * the nodes make that harmless.
 */
import type { BusRecord } from '@pinfold/messages';
import {
  type Bus,
  BusClosed,
  type BusCounts,
  BusOverloaded,
  type ChunkHandler,
  DEFAULT_MAX_CHUNK,
  type Lag,
  type SubscribeOptions,
  type Subscription,
  TopicUnknown,
} from './bus.js';
import { Delivery, type DeliveryOptions } from './delivery.js';
import { DeliveryTotals } from './delivery-totals.js';
import { EmbeddedSubscription } from './embedded-subscription.js';
import { EmbeddedTopic } from './embedded-topic.js';
import { withinMs } from './within-ms.js';

export interface EmbeddedBusOptions {
  /** Records per group and partition before senders wait; 4,096 when not given. */
  readonly capacity?: number;
  /** Senders that may wait for room at once; 10,000 when not given. */
  readonly maxWaiting?: number;
  /** Longest wait of `close` for what has arrived, and then for chunks under way; 5,000 when not given. */
  readonly drainMs?: number;
  readonly delivery?: DeliveryOptions;
  readonly now?: () => number;
  /** A failure that should pass did not: the program should end, so that somebody notices. */
  readonly onFatal?: (error: unknown) => void;
}

const DEFAULTS = { capacity: 4_096, maxWaiting: 10_000, drainMs: 5_000 };
const DRAIN_LOOK_MS = 5;

export class EmbeddedBus implements Bus {
  readonly #options: typeof DEFAULTS & EmbeddedBusOptions;
  readonly #topics = new Map<string, EmbeddedTopic>();
  readonly #subscriptions = new Set<EmbeddedSubscription>();
  readonly #totals = new DeliveryTotals();
  #closed = false;
  #sent = 0;

  constructor(options: EmbeddedBusOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  async ensureTopics(topics: readonly string[], partitions: number): Promise<void> {
    for (const name of topics) {
      if (this.#topics.has(name)) continue;
      this.#topics.set(name, new EmbeddedTopic(name, partitions, this.#options.capacity));
    }
  }

  async send(records: readonly BusRecord[]): Promise<void> {
    if (this.#closed) throw new BusClosed();
    if (this.depth().waiting >= this.#options.maxWaiting) throw new BusOverloaded();
    const waits: Promise<void>[] = [];
    for (const [topic, some] of this.#byTopic(records)) {
      const wait = topic.put(some);
      if (wait) waits.push(wait);
    }
    if (waits.length > 0) await Promise.all(waits);
    this.#sent += records.length;
  }

  async subscribe(options: SubscribeOptions, handler: ChunkHandler): Promise<Subscription> {
    if (this.#closed) throw new BusClosed();
    const { group, maxChunk = DEFAULT_MAX_CHUNK } = options;
    const topics = options.topics.map((name) => this.#topic(name));
    const delivery = new Delivery({
      group,
      handler,
      sendDeadLetter: (record) => this.#bury(record),
      options: this.#options.delivery ?? {},
    });
    this.#totals.add(delivery);
    const subscription = new EmbeddedSubscription({
      group,
      topics,
      maxChunk,
      delivery,
      now: this.#options.now ?? Date.now,
      onFatal: (error) => this.#options.onFatal?.(error),
    });
    this.#subscriptions.add(subscription);
    return {
      close: async () => {
        await subscription.close();
        this.#subscriptions.delete(subscription);
        this.#totals.end(delivery);
      },
    };
  }

  lag(): readonly Lag[] {
    return [...this.#subscriptions].flatMap((subscription) => subscription.lag());
  }

  counts(): BusCounts {
    let dropped = 0;
    for (const topic of this.#topics.values()) dropped += topic.dropped;
    return { sent: this.#sent, dropped, ...this.#totals.get() };
  }

  depth(): { queued: number; waiting: number } {
    let queued = 0;
    let waiting = 0;
    for (const topic of this.#topics.values()) {
      queued += topic.queued;
      waiting += topic.waiting;
    }
    return { queued, waiting };
  }

  async close(): Promise<void> {
    const { drainMs } = this.#options;
    const giveUp = Date.now() + drainMs;
    while (!this.#isDrained() && Date.now() < giveUp)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    this.#closed = true;
    for (const topic of this.#topics.values()) topic.refuseWaiting(new BusClosed());
    const ended = Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await withinMs(drainMs, ended);
    this.#subscriptions.clear();
  }

  #isDrained(): boolean {
    const { queued, waiting } = this.depth();
    return queued === 0 && waiting === 0 && [...this.#subscriptions].every((s) => s.isIdle);
  }

  /** Dead letters never wait for room: the newest are kept when nobody reads them. */
  async #bury(record: BusRecord): Promise<void> {
    await this.ensureTopics([record.topic], 1);
    await this.#topic(record.topic).put([record]);
  }

  #topic(name: string): EmbeddedTopic {
    const topic = this.#topics.get(name);
    if (!topic) throw new TopicUnknown(name);
    return topic;
  }

  /** Nearly always one topic: then the list itself, not a copy. Unknown topics fail before any is put. */
  #byTopic(records: readonly BusRecord[]): Map<EmbeddedTopic, readonly BusRecord[]> {
    const first = records[0]?.topic;
    if (first === undefined) return new Map();
    if (records.every(({ topic }) => topic === first))
      return new Map([[this.#topic(first), records]]);
    const parts = new Map<EmbeddedTopic, BusRecord[]>();
    for (const record of records) {
      const topic = this.#topic(record.topic);
      const part = parts.get(topic);
      if (part) part.push(record);
      else parts.set(topic, [record]);
    }
    return parts;
  }
}
