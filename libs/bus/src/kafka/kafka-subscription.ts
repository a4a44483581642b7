/**
 * A consumer of the Kafka bus. Offsets are resolved after the handler and committed once a second and
 * at the end; a crash in between repeats records, never skips them.
 */
import type { BusRecord } from '@pinfold/messages';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Lag, Subscription } from '../bus.js';
import { type Delivery, Interrupted } from '../delivery.js';
import { withinMs } from '../within-ms.js';
import { Joiner } from './joiner.js';
import { Positions } from './positions.js';
import { toRecord } from './record-map.js';
import { CONSUMER, RUN } from './settings.js';
import { StallWatch } from './stall-watch.js';

export interface KafkaSubscriptionOptions {
  readonly kafka: Kafka;
  readonly group: string;
  readonly topics: readonly string[];
  readonly maxChunk: number;
  readonly delivery: Delivery;
  readonly now: () => number;
  readonly stallMs: number;
  /** Longest wait for the broker when leaving. */
  readonly leaveMs: number;
  readonly onFatal: (error: unknown) => void;
}

const HEARTBEAT_MS = 1_000;
const REPLACEMENTS = 3;

export class KafkaSubscription implements Subscription {
  readonly #options: KafkaSubscriptionOptions;
  readonly #joiner: Joiner;
  readonly #positions = new Positions();
  readonly #watch: StallWatch;
  #consumer: Consumer | undefined;
  #closing: Promise<void> | undefined;
  #failed = false;
  #lastProgressMs: number;

  constructor(options: KafkaSubscriptionOptions) {
    this.#options = options;
    this.#lastProgressMs = options.now();
    this.#joiner = new Joiner(options.maxChunk, (chunk) => options.delivery.deliver(chunk));
    this.#watch = new StallWatch({
      stallMs: options.stallMs,
      limit: REPLACEMENTS,
      now: options.now,
      isBusy: () => !this.#joiner.isIdle,
      replace: () => void this.#replace(),
      onFatal: (error) => this.#fail(error),
    });
  }

  /** Resolves when the consumer has its partitions. */
  async open(): Promise<void> {
    await this.#join();
    this.#watch.start();
  }

  lag(): Lag[] {
    const { group, topics } = this.#options;
    return this.#positions.lag(group, topics, this.#lastProgressMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #join(): Promise<void> {
    const { kafka, group, topics } = this.#options;
    const consumer = kafka.consumer({ groupId: group, ...CONSUMER });
    this.#consumer = consumer;
    const { CRASH, FETCH, GROUP_JOIN } = consumer.events;
    consumer.on(FETCH, () => this.#watch.sign());
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on(GROUP_JOIN, () => {
        this.#positions.clear();
        resolve();
      });
      consumer.on(CRASH, ({ payload }) => {
        if (payload.restart) return; // kafkajs makes it run again by itself
        reject(payload.error);
        if (this.#consumer === consumer) this.#fail(payload.error);
      });
    });
    joined.catch(() => {}); // nobody waits when connecting fails
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ ...RUN, eachBatch: (payload) => this.#eachBatch(payload) });
    await joined;
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale } = payload;
    const { topic, partition, messages, highWatermark } = batch;
    const { maxChunk } = this.#options;
    const first = messages[0];
    if (!first) return;
    if (this.#joiner.isIdle) this.#lastProgressMs = this.#options.now();
    this.#positions.fetched(topic, partition, first.offset, highWatermark);
    for (let from = 0; from < messages.length; from += maxChunk) {
      if (this.#closing || this.#failed || !isRunning() || isStale()) break;
      const slice = messages.slice(from, from + maxChunk);
      const records = slice.map((message) => toRecord(topic, message));
      if (!(await this.#handle(records, payload))) break;
      const { offset } = slice[slice.length - 1]!;
      resolveOffset(offset);
      this.#positions.handled(topic, partition, offset);
    }
    await commitOffsetsIfNecessary();
  }

  /** False when the records were not handled: then their offsets stay, and they come again. */
  async #handle(records: readonly BusRecord[], payload: EachBatchPayload): Promise<boolean> {
    // a rebalance shows at the next fetch; until then the chunk under way goes on
    const beat = setInterval(() => void payload.heartbeat().catch(() => {}), HEARTBEAT_MS);
    try {
      await this.#joiner.offer(records);
      this.#lastProgressMs = this.#options.now();
      return true;
    } catch (error) {
      if (!(error instanceof Interrupted)) this.#fail(error);
      return false;
    } finally {
      clearInterval(beat);
    }
  }

  async #leave(): Promise<void> {
    this.#watch.stop();
    this.#options.delivery.end();
    await this.#joiner.close();
    const consumer = this.#consumer;
    if (!consumer) return;
    const left = (async () => {
      const offsets = this.#positions.toCommit();
      if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => {});
      await consumer.disconnect().catch(() => {});
    })();
    await withinMs(this.#options.leaveMs, left);
  }

  async #replace(): Promise<void> {
    const leaving = this.#disconnect();
    this.#consumer = undefined;
    await withinMs(this.#options.leaveMs, leaving);
    if (this.#closing) return;
    await this.#join().catch((error: unknown) => this.#fail(error));
    if (this.#closing) await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    await this.#consumer?.disconnect().catch(() => {});
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#closing) return;
    this.#failed = true;
    this.#watch.stop();
    this.#options.onFatal(error);
  }
}
