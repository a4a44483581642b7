/**
 * The bus: topics of records, partitioned by key, read by consumer groups, at least once.
 *
 * Two implementations, one contract suite (`bus.contract.ts`): `EmbeddedBus` in the process and
 * `KafkaBus`. What both promise:
 * - `send` resolves when every record is accepted (Kafka: on disk of all in-sync replicas) and waits
 *   when the bus is full. A rejection means "unknown", never "not sent": send the same again.
 * - Records with the same topic and key reach a group in the order of the `send` calls.
 * - A handler gets what has arrived, up to `maxChunk` records of several partitions, one chunk at a
 *   time per subscription. The position moves only after it has resolved; so a record can come twice.
 * - What cannot be handled goes to `dead-letter` (see `delivery.ts`) and does not block its partition.
 */
import type { BusRecord } from '@pinfold/messages';

export type ChunkHandler = (chunk: readonly BusRecord[]) => Promise<void>;

export interface SubscribeOptions {
  readonly topics: readonly string[];
  /** Subscriptions of one group share the partitions; each group gets every record. */
  readonly group: string;
  /** Most records per chunk; 512 when not given. */
  readonly maxChunk?: number;
}

export interface Subscription {
  /** Ends after the chunk under way; what was not handled stays with the group. */
  close(): Promise<void>;
}

/** How far a group is, for metrics and health: one row per subscription and topic. */
export interface Lag {
  readonly group: string;
  readonly topic: string;
  /** Records that have arrived and are not handled. */
  readonly records: number;
  /** When a chunk was last handled, or work began after a pause; ms since the epoch. */
  readonly lastProgressMs: number;
}

/** Counts since the start. */
export interface BusCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly retried: number;
  readonly deadLettered: number;
  /** Embedded bus only: records that a group which had ended did not come back for in time. */
  readonly dropped: number;
}

export interface Bus {
  /** Creates what does not exist; an existing topic keeps its partitions. */
  ensureTopics(topics: readonly string[], partitions: number): Promise<void>;
  /** Topics must exist. Rejects with `BusClosed` after `close`. */
  send(records: readonly BusRecord[]): Promise<void>;
  subscribe(options: SubscribeOptions, handler: ChunkHandler): Promise<Subscription>;
  lag(): readonly Lag[];
  counts(): BusCounts;
  /** Records accepted by `send` and not yet on their way, and senders that wait for room. */
  depth(): { readonly queued: number; readonly waiting: number };
  /** Handles what has arrived, at most for the drain time of the options, then ends. */
  close(): Promise<void>;
}

export const DEFAULT_MAX_CHUNK = 512;
export const DEFAULT_PARTITIONS = 6;

export class BusClosed extends Error {
  readonly code = 'BUS_CLOSED';
  constructor() {
    super('the bus is closed');
  }
}

/** More senders wait for room than the bus allows: somebody sends without waiting. */
export class BusOverloaded extends Error {
  readonly code = 'BUS_OVERLOADED';
  readonly transient = true;
  constructor() {
    super('too many senders wait for room on the bus');
  }
}

/** The topic was never created. */
export class TopicUnknown extends Error {
  readonly code = 'TOPIC_UNKNOWN';
  constructor(topic: string) {
    super(`topic '${topic}' does not exist`);
  }
}
