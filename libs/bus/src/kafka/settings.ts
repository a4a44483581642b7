/**
 * How kafkajs 2.2.4 is used here, and why. Measured on Kafka 3.9 and 4.3:
 *
 * - Never `idempotent: true`, never transactions: after a failed send kafkajs takes its sequence
 *   numbers back, and the broker then acknowledges another batch without storing it. The plain
 *   producer with `acks: -1` loses nothing and repeats a few records; repeats are dropped by identity
 *   where they have an effect.
 * - `retry` is always set: with `NODE_ENV=test` kafkajs has other defaults, and its usual ones keep
 *   clients away for up to 13 s after a broker is back; with these it is under 1 s.
 * - The default import: Node does not see all of kafkajs's names.
 */
import kafkajs from 'kafkajs';

export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 };

export const CLIENT = {
  connectionTimeout: 1_000,
  requestTimeout: 10_000,
  logLevel: kafkajs.logLevel.NOTHING,
  retry: RETRY,
};

export const PRODUCER = {
  idempotent: false,
  allowAutoTopicCreation: false,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  retry: RETRY,
};

export const CONSUMER = {
  maxWaitTimeInMs: 100,
  sessionTimeout: 10_000,
  heartbeatInterval: 1_000,
  rebalanceTimeout: 10_000,
  allowAutoTopicCreation: false,
  retry: RETRY,
};

/** `autoCommit: true` would commit after every batch; this commits once a second, after handling. */
export const RUN = {
  autoCommit: false,
  autoCommitInterval: 1_000,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 64,
};

/** Wait for all in-sync replicas. */
export const ACKS_ALL = -1;

/** One produce request: below the broker's `max.message.bytes` even when all goes to one partition. */
export const LARGEST_SEND = { records: 2_000, bytes: 900_000 };
