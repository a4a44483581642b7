/** What happened in a run, in order: as a hash always, as lines when asked for. */
import type { Clock, Observation } from '@pinfold/flows';

const FNV_PRIME = 0x01000193;

export class Journal {
  #low = 0x811c9dc5;
  #high = 0xcbf29ce4;
  #count = 0;
  readonly lines: string[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly keep: boolean,
  ) {}

  get entries(): number {
    return this.#count;
  }

  /** 64 bits in hexadecimal: two FNV-1a sums. */
  get hash(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }

  add(text: string): void {
    const line = `${this.clock.now()} ${text}`;
    this.#count += 1;
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      this.#low = Math.imul(this.#low ^ code, FNV_PRIME);
      this.#high = Math.imul(this.#high ^ (code + i), FNV_PRIME);
    }
    if (this.keep) this.lines.push(line);
  }

  readonly observe = (o: Observation): void => {
    const detail = o.detail === undefined ? '' : JSON.stringify(o.detail);
    const about = [o.terminal, o.rrn, o.responseCode, detail].filter(Boolean).join(' ');
    this.add(`${o.at}: ${o.what} ${about}`);
  };
}
