/**
 * The topics of the network: who writes, who reads, what orders their records. One table; code and
 * documentation read it. Topic names are outside names: other systems subscribe to `events.…`.
 */

/** Lower-case institution id as it stands in a topic name, e.g. `bank-a`. */
const INSTITUTION = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** Names of the topics that exist once. The issuers' request topics come from `issuerRequests`. */
export const TOPICS = {
  atmRequests: 'atm.requests',
  switchAnswers: 'switch.answers',
  atmAnswers: 'atm.answers',
  eventsWithdrawal: 'events.withdrawal',
  eventsTerminal: 'events.terminal',
  eventsIssuer: 'events.issuer',
  eventsCard: 'events.card',
  deadLetter: 'dead-letter',
} as const;

export type EventTopic = Extract<(typeof TOPICS)[keyof typeof TOPICS], `events.${string}`>;

/** Requests towards one issuer: `issuer.bank-a.requests`. Throws on an id that is no topic name. */
export function issuerRequests(institution: string): string {
  if (!INSTITUTION.test(institution)) {
    throw new RangeError('an institution id is 1 to 32 of a-z, 0-9 and inner hyphens');
  }
  return `issuer.${institution}.requests`;
}

export interface TopicFacts {
  /** Name, with `<id>` where it stands for one topic per issuer. */
  readonly name: string;
  readonly key: string;
  readonly carries: 'sealed ISO 8583' | 'JSON event' | 'record as it was';
  readonly writers: string;
  readonly readers: string;
}

/** Every topic, for the documentation and for `allTopics`. */
export const TOPIC_TABLE: readonly TopicFacts[] = [
  {
    name: TOPICS.atmRequests,
    key: 'keyed hash of the terminal id',
    carries: 'sealed ISO 8583',
    writers: 'ATM fleet',
    readers: 'switch',
  },
  {
    name: 'issuer.<id>.requests',
    key: 'keyed hash of the card number; of the issuer id in an 0800',
    carries: 'sealed ISO 8583',
    writers: 'switch',
    readers: 'issuer <id>',
  },
  {
    name: TOPICS.switchAnswers,
    key: 'keyed hash of the terminal id; of the acquirer id in an 0810',
    carries: 'sealed ISO 8583',
    writers: 'issuers',
    readers: 'switch',
  },
  {
    name: TOPICS.atmAnswers,
    key: 'keyed hash of the terminal id',
    carries: 'sealed ISO 8583',
    writers: 'switch',
    readers: 'ATM fleet',
  },
  {
    name: TOPICS.eventsWithdrawal,
    key: 'terminal and retrieval reference number',
    carries: 'JSON event',
    writers: 'switch',
    readers: 'anybody',
  },
  {
    name: TOPICS.eventsTerminal,
    key: 'terminal id',
    carries: 'JSON event',
    writers: 'switch, ATM fleet',
    readers: 'anybody',
  },
  {
    name: TOPICS.eventsIssuer,
    key: 'institution id',
    carries: 'JSON event',
    writers: 'switch',
    readers: 'anybody',
  },
  {
    name: TOPICS.eventsCard,
    key: 'keyed hash of the card number',
    carries: 'JSON event',
    writers: 'issuers',
    readers: 'anybody',
  },
  {
    name: TOPICS.deadLetter,
    key: 'as it was',
    carries: 'record as it was',
    writers: 'the bus',
    readers: 'an operator',
  },
];

/** The topics of a network with these issuers: what a set-up creates before anybody subscribes. */
export function allTopics(institutions: readonly string[]): string[] {
  return [...Object.values(TOPICS), ...institutions.map(issuerRequests)];
}
