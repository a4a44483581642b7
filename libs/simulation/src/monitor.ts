/**
 * Watches what leaves the processes, before the bus can damage it: what a switch forwards must be
 * what the terminal sent, once; business events are noted to see that none is missing.
 */
import { type IsoMessage, parse } from '@pinfold/iso8583';
import { type BusRecord, TOPICS } from '@pinfold/messages';

export interface Violation {
  readonly kind: string;
  readonly rrn?: string;
  readonly detail?: string;
}

/** Fields that a switch replaces: PIN block, key versions, MAC. */
const REPLACED = new Set([52, 53, 63, 64]);

export class Monitor {
  readonly violations: Violation[] = [];
  /** Ids of business events that the bus was given. */
  readonly events = new Set<string>();
  readonly #asked = new Map<string, string>();
  readonly #forwarded = new Set<string>();

  /** `from`: the process that sends. */
  readonly watch = (from: string, records: readonly BusRecord[]): void => {
    for (const record of records) {
      if (record.topic.startsWith('events.')) {
        this.events.add(JSON.parse(new TextDecoder().decode(record.value)).id);
      } else if (record.headers.type === '0200') this.#request(from, record);
    }
  };

  #request(from: string, record: BusRecord): void {
    const rrn = record.headers.correlation!;
    const parsed = parse(record.value);
    if (!parsed.ok) {
      this.violations.push({ kind: 'sent-what-cannot-be-read', rrn });
      return;
    }
    const content = contentOf(parsed.value);
    if (record.topic === TOPICS.atmRequests) {
      this.#asked.set(rrn, content);
      return;
    }
    if (this.#asked.get(rrn) !== content)
      this.violations.push({ kind: 'forwarded-other-than-asked', rrn });
    if (this.#forwarded.has(rrn))
      this.violations.push({ kind: 'forwarded-twice', rrn, detail: from });
    this.#forwarded.add(rrn);
  }
}

function contentOf({ fields }: IsoMessage): string {
  let text = '';
  for (const number of Object.keys(fields)) {
    if (!REPLACED.has(Number(number))) text += `${number}=${fields[Number(number)]};`;
  }
  return text;
}
