/**
 * The authorised state: two different officers together, within five minutes of each other, for twelve
 * hours at most (as a real device's), until RA or one of them ends it. A legacy device starts in it,
 * without an end.
 */
const CONSENT_MS = 5 * 60_000;
const LASTS_MS = 12 * 3_600_000;

export class Authorisation {
  readonly #clock: () => number;
  #until: number;
  #first: { readonly officer: string; readonly at: number } | undefined;

  constructor(o: { readonly clock: () => number; readonly from: boolean }) {
    this.#clock = o.clock;
    this.#until = o.from ? Number.POSITIVE_INFINITY : 0;
  }

  get inForce(): boolean {
    return this.#clock() < this.#until;
  }

  /** An officer's consent; true when the state is in force afterwards. */
  consent(officer: string): boolean {
    const now = this.#clock();
    const first = this.#first;
    if (first !== undefined && first.officer !== officer && now - first.at <= CONSENT_MS) {
      this.#until = Math.max(this.#until, now + LASTS_MS);
      this.#first = undefined;
    } else if (officer !== '') {
      this.#first = { officer, at: now };
    }
    return this.inForce;
  }

  cancel(): void {
    this.#until = 0;
    this.#first = undefined;
  }
}
