/**
 * Watches what leaves the processes, before the bus can damage it: what a switch forwards must be
 * what the terminal sent, once; an issuer answers a request in one way; wrong PINs are counted right;
 * business events are noted to see that none is missing.
 */
import { type IsoMessage, parse, textOf } from '@pinfold/iso8583';
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
  readonly #answered = new Map<string, string>();
  readonly tries = new TryWatch();

  /** `from`: the process that sends. */
  readonly watch = (from: string, records: readonly BusRecord[]): void => {
    for (const record of records) {
      if (record.topic.startsWith('events.')) {
        this.events.add(JSON.parse(new TextDecoder().decode(record.value)).id);
      } else if (record.headers.type === '0200') this.#request(from, record);
      else if (record.topic === TOPICS.switchAnswers && record.headers.type === '0210') {
        this.#answer(record);
      }
    }
  };

  #answer(record: BusRecord): void {
    const parsed = parse(record.value);
    const code = parsed.ok ? textOf(parsed.value, 39) : undefined;
    const pan = parsed.ok ? textOf(parsed.value, 2) : undefined;
    if (code === undefined || pan === undefined || OF_A_COPY.has(code)) return;
    const rrn = record.headers.correlation!;
    const before = this.#answered.get(rrn);
    if (before !== undefined && before !== code) {
      this.violations.push({ kind: 'answered-in-two-ways', rrn, detail: `${before} and ${code}` });
    }
    if (before === undefined) this.tries.answered(pan, code, rrn);
    this.#answered.set(rrn, code);
  }

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

/** Codes that refuse one copy of a message: damaged, or no device to look at it. */
const OF_A_COPY: ReadonlySet<string> = new Set(['30', '88', '96']);

/** Wrong PINs in a row: two are answered 55, the third and all later ones 75. */
export class TryWatch {
  readonly violations: Violation[] = [];
  /** Wrong PINs since the last right one; undefined while nobody outside can know. */
  readonly #wrong = new Map<string, number | undefined>();
  readonly #blocked = new Set<string>();

  answered(pan: string, code: string, rrn: string): void {
    const wrong = this.#wrong.has(pan) ? this.#wrong.get(pan) : 0;
    const broken = (kind: string) => this.violations.push({ kind, rrn, detail: `${wrong} before` });
    if (code === '55') {
      if (wrong !== undefined && wrong >= 2) broken('wrong-pin-not-counted');
      this.#wrong.set(pan, wrong === undefined ? undefined : wrong + 1);
    } else if (code === '75') {
      if (wrong !== undefined && wrong !== 2 && !this.#blocked.has(pan)) broken('blocked-too-soon');
      this.#blocked.add(pan);
    } else if (code === '00') {
      if (this.#blocked.has(pan)) broken('approved-though-blocked');
      this.#wrong.set(pan, 0);
    } else this.#wrong.set(pan, undefined);
  }
}

function contentOf({ fields }: IsoMessage): string {
  let text = '';
  for (const number of Object.keys(fields)) {
    if (!REPLACED.has(Number(number))) text += `${number}=${fields[Number(number)]};`;
  }
  return text;
}
