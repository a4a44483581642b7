/** The bus on Apache Kafka, through kafkajs; the only file that makes its clients. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusRecord } from '@pinfold/messages';
import kafkajs, { type Kafka, type KafkaConfig, type Producer, type TopicMessages } from 'kafkajs';
import {
  type Bus,
  BusClosed,
  type BusCounts,
  type ChunkHandler,
  DEFAULT_MAX_CHUNK,
  type Lag,
  type SubscribeOptions,
  type Subscription,
  TopicUnknown,
} from '../bus.js';
import { Delivery, type DeliveryOptions } from '../delivery.js';
import { DeliveryTotals } from '../delivery-totals.js';
import { withinMs } from '../within-ms.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { Outbox } from './outbox.js';
import { toMessage } from './record-map.js';
import { ACKS_ALL, CLIENT, PRODUCER } from './settings.js';

export interface KafkaBusOptions {
  /** `host:port`, as in `KAFKA_BROKERS`. */
  readonly brokers: readonly string[];
  /** Shows in the broker's log; the service's name. */
  readonly clientId: string;
  /** TLS and SASL, as kafkajs takes them. */
  readonly security?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
  /** Records queued for sending before senders wait; 20,000 when not given. */
  readonly capacity?: number;
  readonly maxWaiting?: number;
  /** Longest wait of `close` for each of chunks, outbox and broker; 5,000 when not given. */
  readonly drainMs?: number;
  /** Copies of a new topic; 1 when not given (a single broker). */
  readonly replication?: number;
  /** A consumer that does not fetch for so long is replaced; 30,000 when not given. */
  readonly stallMs?: number;
  readonly delivery?: DeliveryOptions;
  readonly now?: () => number;
  /** Kafka is lost for this process: it should end with a non-zero code, so that somebody notices. */
  readonly onFatal?: (error: unknown) => void;
}

const DEFAULTS = {
  capacity: 20_000,
  maxWaiting: 10_000,
  drainMs: 5_000,
  replication: 1,
  stallMs: 30_000,
};
/** Times that a batch is sent again after kafkajs has given up, which it does after about a minute. */
const SEND_ROUNDS = 10;
const SEND_PAUSE_MS = 1_000;

/** Looks at topics that another process is making. */
const TOPIC_ATTEMPTS = 50;
const TOPIC_PAUSE_MS = 200;

function isNotHostedYet(error: unknown): boolean {
  const { message = '', type } = error as { message?: string; type?: string };
  return type === 'UNKNOWN_TOPIC_OR_PARTITION' || message.includes('does not host this topic');
}

/** Kafka's answers to a produce request that will be the same next time. */
const HOPELESS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_REQUIRED_ACKS',
]);

export class KafkaBus implements Bus {
  readonly #options: typeof DEFAULTS & KafkaBusOptions;
  readonly #kafka: Kafka;
  readonly #producer: Producer;
  readonly #outbox: Outbox;
  readonly #topics = new Set<string>();
  readonly #subscriptions = new Set<KafkaSubscription>();
  readonly #totals = new DeliveryTotals();
  #closed = false;

  /** Connects; rejects when no broker answers. */
  static async open(options: KafkaBusOptions): Promise<KafkaBus> {
    const bus = new KafkaBus(options);
    await bus.#producer.connect();
    return bus;
  }

  private constructor(options: KafkaBusOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { brokers, clientId, security, capacity, maxWaiting } = this.#options;
    this.#kafka = new kafkajs.Kafka({ ...CLIENT, ...security, brokers: [...brokers], clientId });
    this.#producer = this.#kafka.producer(PRODUCER);
    this.#outbox = new Outbox({
      produce: (records) => this.#produce(records),
      isHopeless: (error) => HOPELESS.has(typeOf(error)),
      capacity,
      maxWaiting,
      rounds: SEND_ROUNDS,
      pauseMs: SEND_PAUSE_MS,
      onFatal: (error) => this.#options.onFatal?.(error),
    });
  }

  async ensureTopics(topics: readonly string[], partitions: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#createMissing(topics, partitions);
      } catch (error) {
        // Another process is making the same topics: the broker knows them before it hosts them.
        if (!isNotHostedYet(error) || attempt >= TOPIC_ATTEMPTS) throw error;
        await sleep(TOPIC_PAUSE_MS);
      }
    }
  }

  async #createMissing(topics: readonly string[], partitions: number): Promise<void> {
    await this.#withAdmin(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic));
      if (missing.length > 0) {
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({
            topic,
            numPartitions: partitions,
            replicationFactor: this.#options.replication,
          })),
        });
      }
      for (const topic of topics) this.#topics.add(topic);
    });
  }

  async send(records: readonly BusRecord[]): Promise<void> {
    if (this.#closed) throw new BusClosed();
    await this.#checkTopics(records);
    await this.#outbox.send(records);
  }

  async subscribe(options: SubscribeOptions, handler: ChunkHandler): Promise<Subscription> {
    if (this.#closed) throw new BusClosed();
    const { group, topics, maxChunk = DEFAULT_MAX_CHUNK } = options;
    for (const topic of topics) await this.#checkTopic(topic);
    const delivery = new Delivery({
      group,
      handler,
      sendDeadLetter: (record) => this.#bury(record),
      options: this.#options.delivery ?? {},
    });
    this.#totals.add(delivery);
    const subscription = new KafkaSubscription({
      kafka: this.#kafka,
      group,
      topics,
      maxChunk,
      delivery,
      now: this.#options.now ?? Date.now,
      stallMs: this.#options.stallMs,
      leaveMs: this.#options.drainMs,
      onFatal: (error) => this.#options.onFatal?.(error),
    });
    this.#subscriptions.add(subscription);
    try {
      await subscription.open();
    } catch (error) {
      this.#subscriptions.delete(subscription);
      await subscription.close();
      throw error;
    }
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
    return { sent: this.#outbox.sent, dropped: 0, ...this.#totals.get() };
  }

  depth(): { queued: number; waiting: number } {
    return { queued: this.#outbox.queued, waiting: this.#outbox.waiting };
  }

  /** Chunks under way may still send; then the outbox empties; what is not handled stays in Kafka. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const { drainMs } = this.#options;
    const ended = Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await withinMs(drainMs, ended);
    this.#closed = true;
    await this.#outbox.close(drainMs);
    await withinMs(drainMs, ended);
    this.#subscriptions.clear();
    await withinMs(
      drainMs,
      this.#producer.disconnect().catch(() => {}),
    );
  }

  async #bury(record: BusRecord): Promise<void> {
    if (!this.#topics.has(record.topic)) await this.ensureTopics([record.topic], 1);
    await this.#outbox.send([record]);
  }

  async #produce(records: readonly BusRecord[]): Promise<void> {
    const byTopic = new Map<string, TopicMessages>();
    for (const record of records) {
      const message = toMessage(record);
      const part = byTopic.get(record.topic);
      if (part) part.messages.push(message);
      else byTopic.set(record.topic, { topic: record.topic, messages: [message] });
    }
    await this.#producer.sendBatch({ acks: ACKS_ALL, topicMessages: [...byTopic.values()] });
  }

  async #checkTopics(records: readonly BusRecord[]): Promise<void> {
    for (const { topic } of records) if (!this.#topics.has(topic)) await this.#checkTopic(topic);
  }

  /** Asked once per topic: kafkajs itself would try a missing one for a minute. */
  async #checkTopic(topic: string): Promise<void> {
    if (this.#topics.has(topic)) return;
    await this.#withAdmin(async (admin) => {
      for (const existing of await admin.listTopics()) this.#topics.add(existing);
    });
    if (!this.#topics.has(topic)) throw new TopicUnknown(topic);
  }

  async #withAdmin(work: (admin: ReturnType<Kafka['admin']>) => Promise<void>): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }
}

/** Kafka's name of an error, also where kafkajs has wrapped it. */
function typeOf(error: unknown): string {
  const { type, cause } = (error ?? {}) as { type?: unknown; cause?: { type?: unknown } };
  return String(type ?? cause?.type ?? '');
}
