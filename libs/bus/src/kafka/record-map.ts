/** Bus records as Kafka messages and back. Header values are UTF-8. */
import type { BusRecord } from '@pinfold/messages';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

export function toMessage({ key, value, headers }: BusRecord): Message {
  const buffer = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { key, value: buffer, headers: headers as Record<string, string> };
}

export function toRecord(topic: string, message: KafkaMessage): BusRecord {
  return {
    topic,
    key: message.key?.toString('utf8') ?? '',
    value: message.value ?? Buffer.alloc(0),
    headers: headersOf(message.headers),
  };
}

/** Of a header that occurs more than once, the last counts. */
function headersOf(headers: IHeaders | undefined): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name in headers) {
    const given = headers[name];
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== undefined)
      read[name] = typeof value === 'string' ? value : value.toString('utf8');
  }
  return read;
}
