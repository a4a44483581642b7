/** A record as the bus carries it, and the names of its headers. */

export interface BusRecord {
  readonly topic: string;
  /** Records with the same key keep their order. A keyed hash or a public id, never a card number. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header names. All values are short ASCII text. */
export const HEADERS = {
  /** Message type: the MTI of an ISO 8583 message (`0200`), or the type of an event. */
  type: 'type',
  /** Version of the layout of the value, from 1. */
  schema: 'schema',
  /** Data key that the value is sealed under, `<link>.<version>`; absent on events. */
  keyId: 'kid',
  /** What the record belongs to: acquirer, RRN and terminal of a transaction. */
  correlation: 'correlation',
  /** W3C Trace Context, level 1. */
  traceparent: 'traceparent',
  /** On `dead-letter` only: topic that the record came from. */
  deadLetterTopic: 'dead-letter-topic',
  /** On `dead-letter` only: consumer group that gave up. */
  deadLetterGroup: 'dead-letter-group',
  /** On `dead-letter` only: class and code of the last error, never its message. */
  deadLetterReason: 'dead-letter-reason',
  /** On `dead-letter` only: how often the record was tried alone. */
  deadLetterTries: 'dead-letter-tries',
} as const;

/** Layout version of sealed ISO 8583 records. */
export const ISO_SCHEMA = '1';

/** W3C Trace Context, section 3.2: version 00, trace id, parent id, flags; all-zero ids are invalid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}
