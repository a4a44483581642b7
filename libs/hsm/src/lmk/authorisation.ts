/**
 * The authorised state: two different officers together, within five minutes of each other, for twelve
 * hours at most (as a real device's), until RA or one of them ends it. A legacy device starts in it,
 * without an end.
 */
const CONSENT_MS = 5 * 60_000;
const LASTS_MS = 12 * 3_600_000;

/** What happened to it, and by which officer; who ended it is known to PX alone. */
export interface AuthorisationEvent {
  readonly state: 'consent of one' | 'authorised' | 'ended';
  readonly officer?: string;
}

export class Authorisation {
  readonly #clock: () => number;
  readonly #tell: (event: AuthorisationEvent) => void;
  #until: number;
  #first: { readonly officer: string; readonly at: number } | undefined;

  constructor(o: {
    readonly clock: () => number;
    readonly from: boolean;
    readonly tell?: (event: AuthorisationEvent) => void;
  }) {
    this.#clock = o.clock;
    this.#tell = o.tell ?? (() => undefined);
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
      this.#tell({ state: 'authorised', officer });
    } else if (officer !== '') {
      this.#first = { officer, at: now };
      this.#tell({ state: 'consent of one', officer });
    }
    return this.inForce;
  }

  cancel(officer?: string): void {
    if (this.inForce) this.#tell({ state: 'ended', officer });
    this.#until = 0;
    this.#first = undefined;
  }
}
