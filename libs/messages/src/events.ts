/**
 * Business events: what other systems may learn, as versioned JSON with masked card numbers. Adding a
 * member keeps the version; changing or removing one makes a new version. The table below is the
 * contract; docs/reference/messages.md is checked against it.
 */
import { ok, type Result, refused } from '@pinfold/crypto';
import { z } from 'zod';
import { MASKED_PAN } from './mask-pan.js';
import { type BusRecord, HEADERS, isTraceparent } from './record.js';
import { type EventTopic, TOPICS } from './topics.js';

const maskedPan = z.string().regex(MASKED_PAN, 'a masked card number');
const amountMinor = z.int().nonnegative();
const responseCode = z.string().regex(/^\d{2}$/);
const institution = z.string().min(1).max(32);
const terminal = z.string().min(1).max(15);
const keyUsage = z.enum(['TMK', 'TPK', 'TAK', 'ZCK', 'ZPK', 'ZAK']);
const keyVersion = z.int().min(1).max(9999);
const checkValue = z.string().regex(/^[0-9A-F]{4,16}$/);

const withdrawal = {
  terminal,
  rrn: z.string().min(1).max(12),
  stan: z.string().regex(/^\d{6}$/),
  acquirer: z.string().regex(/^\d{1,11}$/),
  issuer: institution,
  pan: maskedPan,
  amountMinor,
  currency: z.string().regex(/^\d{3}$/),
};

const KEY_OF_WITHDRAWAL = ['terminal', 'rrn'] as const;

interface EventFacts {
  readonly topic: EventTopic;
  readonly version: number;
  readonly what: string;
  /** Members whose values, joined by a hyphen, are the record's key. */
  readonly keyedBy: readonly string[];
  readonly data: z.ZodRawShape;
}

/** Every event: its topic, version, meaning, key and members. */
export const EVENTS = {
  'withdrawal.approved': {
    topic: TOPICS.eventsWithdrawal,
    version: 1,
    what: 'the issuer approved a cash withdrawal',
    keyedBy: KEY_OF_WITHDRAWAL,
    data: { ...withdrawal, authorisation: z.string().max(6) },
  },
  'withdrawal.declined': {
    topic: TOPICS.eventsWithdrawal,
    version: 1,
    what: 'a withdrawal was refused, by whom and why',
    keyedBy: KEY_OF_WITHDRAWAL,
    data: {
      ...withdrawal,
      responseCode,
      reason: z.string().max(40),
      by: z.enum(['switch', 'issuer']),
    },
  },
  'withdrawal.reversed': {
    topic: TOPICS.eventsWithdrawal,
    version: 1,
    what: 'a withdrawal was taken back, fully or down to what was dispensed',
    keyedBy: KEY_OF_WITHDRAWAL,
    data: { ...withdrawal, reason: z.string().max(40), dispensedMinor: amountMinor },
  },
  'stand-in.approved': {
    topic: TOPICS.eventsWithdrawal,
    version: 1,
    what: 'the switch approved in the place of an issuer that did not answer',
    keyedBy: KEY_OF_WITHDRAWAL,
    data: { ...withdrawal, authorisation: z.string().max(6) },
  },
  'terminal.key-changed': {
    topic: TOPICS.eventsTerminal,
    version: 1,
    what: 'a terminal took a new working key',
    keyedBy: ['terminal'],
    data: { terminal, usage: keyUsage, keyVersion, checkValue },
  },
  'cassette.replenished': {
    topic: TOPICS.eventsTerminal,
    version: 1,
    what: 'notes were put into a cassette',
    keyedBy: ['terminal'],
    data: {
      terminal,
      cassette: z.int().min(1).max(16),
      denominationMinor: amountMinor,
      notes: z.int().nonnegative(),
    },
  },
  'issuer.signed-on': {
    topic: TOPICS.eventsIssuer,
    version: 1,
    what: 'an issuer and the switch signed on to each other',
    keyedBy: ['issuer'],
    data: { issuer: institution },
  },
  'issuer.key-changed': {
    topic: TOPICS.eventsIssuer,
    version: 1,
    what: 'an issuer and the switch took a new zone key',
    keyedBy: ['issuer'],
    data: { issuer: institution, usage: keyUsage, keyVersion, checkValue },
  },
  'card.pin-blocked': {
    topic: TOPICS.eventsCard,
    version: 1,
    what: 'a card reached its limit of wrong PINs',
    keyedBy: ['card'],
    data: { issuer: institution, card: z.string().length(22), pan: maskedPan },
  },
} as const satisfies Record<string, EventFacts>;

export type EventType = keyof typeof EVENTS;

type DataOf<N extends EventType> = z.infer<z.ZodObject<(typeof EVENTS)[N]['data'], z.core.$strict>>;

/** One event as its JSON document. `id` is the same when the same event is sent again. */
export type BusinessEvent<N extends EventType = EventType> = {
  [T in N]: { type: T; version: number; id: string; at: string } & DataOf<T>;
}[N];

const envelope = { id: z.string().min(1).max(80), at: z.iso.datetime() };

/** The zod schema of each event, for validation and JSON Schema (`z.toJSONSchema`). */
export const EVENT_SCHEMAS = Object.fromEntries(
  Object.entries(EVENTS).map(([type, { version, data }]) => [
    type,
    z.strictObject({ type: z.literal(type), version: z.literal(version), ...envelope, ...data }),
  ]),
) as unknown as { readonly [N in EventType]: z.ZodType<BusinessEvent<N>> };

export interface EventToEncode<N extends EventType> {
  readonly type: N;
  /** Same id for the same event: consumers drop repeats by it. */
  readonly id: string;
  readonly atMs: number;
  readonly data: DataOf<N>;
  readonly correlation?: string;
  readonly traceparent?: string;
}

/** Throws on data that is not as the table says: a full card number cannot leave by this way. */
export function encodeEvent<N extends EventType>(event: EventToEncode<N>): BusRecord {
  const { type, id, atMs, data, correlation = id, traceparent } = event;
  const facts: EventFacts = EVENTS[type];
  const document = { type, version: facts.version, id, at: new Date(atMs).toISOString(), ...data };
  const checked = EVENT_SCHEMAS[type].safeParse(document);
  if (!checked.success) {
    const members = checked.error.issues.map((issue) => issue.path.join('.') || '(extra member)');
    throw new TypeError(`event ${type}: not as its schema says: ${members.join(', ')}`);
  }
  const values = document as Readonly<Record<string, unknown>>;
  const headers: Record<string, string> = {
    [HEADERS.type]: type,
    [HEADERS.schema]: String(facts.version),
    [HEADERS.correlation]: correlation,
  };
  if (traceparent !== undefined && isTraceparent(traceparent))
    headers[HEADERS.traceparent] = traceparent;
  return {
    topic: facts.topic,
    key: facts.keyedBy.map((member) => String(values[member])).join('-'),
    value: new TextEncoder().encode(JSON.stringify(document)),
    headers,
  };
}

export type EventRefusal = 'EVENT_TYPE_UNKNOWN' | 'EVENT_INVALID';

export function decodeEvent(record: BusRecord): Result<BusinessEvent, EventRefusal> {
  const type = record.headers[HEADERS.type];
  if (type === undefined || !Object.hasOwn(EVENT_SCHEMAS, type))
    return refused('EVENT_TYPE_UNKNOWN');
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record.value));
  } catch {
    return refused('EVENT_INVALID');
  }
  const checked = EVENT_SCHEMAS[type as EventType].safeParse(document);
  return checked.success ? ok(checked.data as BusinessEvent) : refused('EVENT_INVALID');
}
