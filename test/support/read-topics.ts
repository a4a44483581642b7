/** Everything that a Kafka broker holds in its topics, read from the beginning. */
import kafkajs from 'kafkajs';

export interface TopicRecord {
  readonly topic: string;
  /** Key, headers and value, one after another. */
  readonly bytes: Buffer;
}

/** Topics of the broker itself, such as the offsets of consumer groups, are left out. */
const isOurs = (topic: string): boolean => !topic.startsWith('__');

/** Ends when every partition has been read to where it ended at the call. */
export async function readTopics(brokers: string): Promise<TopicRecord[]> {
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 });
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter(isOurs);
  const open = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) open.set(`${topic}/${partition}`, Number(high));
    }
  }
  await admin.disconnect();
  const records: TopicRecord[] = [];
  if (open.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `reader-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          autoCommit: false,
          eachMessage: async ({ topic, partition, message }) => {
            const headers = JSON.stringify(message.headers, (_, part) =>
              part?.type === 'Buffer' ? Buffer.from(part.data).toString('latin1') : part,
            );
            const parts = [message.key ?? Buffer.of(), Buffer.from(headers)];
            records.push({ topic, bytes: Buffer.concat([...parts, message.value ?? Buffer.of()]) });
            const end = open.get(`${topic}/${partition}`);
            if (end !== undefined && Number(message.offset) + 1 >= end) {
              open.delete(`${topic}/${partition}`);
            }
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}
