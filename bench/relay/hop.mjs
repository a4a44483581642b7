/** Bare kafkajs, set as the bus sets it: a client, a consumer of chunks, and one hop of the relay. */
import kafkajs from 'kafkajs';

const { Kafka, logLevel, Partitioners } = kafkajs;

const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 60 };
const LARGEST_CHUNK = 500;

export function makeClient(brokers, clientId) {
  return new Kafka({
    brokers: brokers.split(','),
    clientId,
    logLevel: logLevel.NOTHING,
    retry: RETRY,
  });
}

export async function makeProducer(kafka) {
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return producer;
}

/** Chunks of several partitions that are ready at the same moment leave in one request. */
export function coalescing(producer, topic) {
  let next;
  return (messages) => {
    if (!next) {
      const group = { messages: [] };
      group.sent = new Promise((resolve, reject) => {
        setImmediate(() => {
          next = undefined;
          const topicMessages = [{ topic, messages: group.messages }];
          producer.sendBatch({ acks: -1, topicMessages }).then(resolve, reject);
        });
      });
      next = group;
    }
    next.messages.push(...messages);
    return next.sent;
  };
}

/** Calls `eachChunk(messages)` and moves the offset after it. Resolves when the group is joined. */
export async function consume(kafka, { group, topic, eachChunk }) {
  const consumer = kafka.consumer({
    groupId: group,
    maxWaitTimeInMs: 100,
    sessionTimeout: 30_000,
    heartbeatInterval: 3000,
  });
  const joined = new Promise((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, resolve);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    autoCommitInterval: 1000,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 6,
    eachBatch: async ({
      batch,
      resolveOffset,
      heartbeat,
      commitOffsetsIfNecessary,
      isRunning,
      isStale,
    }) => {
      const { messages } = batch;
      for (let i = 0; i < messages.length && isRunning() && !isStale(); i += LARGEST_CHUNK) {
        const chunk = messages.slice(i, i + LARGEST_CHUNK);
        await eachChunk(chunk);
        resolveOffset(chunk.at(-1).offset);
        await heartbeat();
      }
      await commitOffsetsIfNecessary();
    },
  });
  await joined;
  return consumer;
}

/** Reads one topic and writes the other: parse, count the hop, write. Returns what stops it. */
export async function relayHop({ brokers, from, to, suffix }) {
  const kafka = makeClient(brokers, `relay-${from}`);
  const producer = await makeProducer(kafka);
  const send = coalescing(producer, `${to}${suffix}`);
  const eachChunk = (chunk) =>
    send(
      chunk.map(({ key, value }) => {
        const body = JSON.parse(value.toString());
        body.hops += 1;
        return { key, value: JSON.stringify(body) };
      }),
    );
  const topic = `${from}${suffix}`;
  const consumer = await consume(kafka, { group: topic, topic, eachChunk });
  return async () => {
    await consumer.disconnect();
    await producer.disconnect();
  };
}
