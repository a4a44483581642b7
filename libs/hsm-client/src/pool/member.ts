/**
 * One device of a pool: its link, its health and its circuit breaker.
 *
 *   connecting → up          NC was answered
 *   up → down                the link broke, an answer took too long, or NC did and nothing else came
 *   down → connecting        after a pause that doubles with each failure
 *   any → draining           no new work; what is in flight ends
 */
import { HsmLink, LinkError, type LinkOptions } from './link.js';

export const MEMBER_STATES = ['connecting', 'up', 'down', 'draining'] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

/** Closed: commands pass. Open: none do, until a pause is over. Half open: NC is tried. */
export const BREAKER_OF = {
  connecting: 'half-open',
  up: 'closed',
  down: 'open',
  draining: 'open',
} as const satisfies Record<MemberState, string>;

export interface DeviceStatus {
  readonly device: string;
  readonly state: MemberState;
  readonly breaker: (typeof BREAKER_OF)[MemberState];
  /** Frames sent and not answered. */
  readonly inFlight: number;
  readonly served: number;
  readonly failures: number;
  /** Why a frame or a look failed last: a stable code, and when (ms since the epoch). */
  readonly lastError: { readonly code: string; readonly atMs: number } | null;
  /** Of a device that is down: when it is looked at again (ms since the epoch). */
  readonly nextLookAtMs: number | null;
}

/** What listens at an address: HSM processes of this program, or payShields and host ports. */
export type DeviceScheme = 'tcp' | 'payshield';

export interface DeviceAddress {
  /** Default `tcp`. It says nothing to the pool but the device's name. */
  readonly scheme?: DeviceScheme;
  readonly host: string;
  readonly port: number;
}

export interface MemberOptions extends LinkOptions, DeviceAddress {
  /** Frames without an answer at most; default 256. */
  readonly outstanding?: number;
  readonly healthMs?: number;
  readonly backOffMs?: readonly [number, number];
  /** With the code of the last failure where it went down. */
  readonly tell: (device: string, event: 'up' | 'down', code?: string) => void;
}

const OUTSTANDING_MAX = 256;
/** An answer to NC may take this long. */
const HEALTH_ANSWER_MS = 1_000;
/** Answers missed in a row that open the breaker although the link stands. */
const MISSED_MAX = 2;

export class PoolMember {
  readonly name: string;
  readonly #options: MemberOptions;
  #state: MemberState = 'connecting';
  #link: HsmLink | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs: number;
  #missed = 0;
  #places = 0;
  #served = 0;
  #replies = 0;
  #failures = 0;
  #lastError: DeviceStatus['lastError'] = null;
  #nextLookAtMs: number | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.name = `${options.scheme ?? 'tcp'}://${options.host}:${options.port}`;
    this.#pauseMs = this.#firstPauseMs;
    void this.#connect();
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Frames that it may get now. Below the link's own limit, so that NC always passes. */
  get room(): number {
    return (this.#options.outstanding ?? OUTSTANDING_MAX) - this.#places;
  }

  /** Before a frame is sent, so that nobody else counts on the same room; `givePlace` after it. */
  keepPlace(): void {
    this.#places++;
  }

  givePlace(): void {
    this.#places--;
  }

  get inFlight(): number {
    return this.#link?.inFlight ?? 0;
  }

  get status(): DeviceStatus {
    return {
      device: this.name,
      state: this.#state,
      breaker: BREAKER_OF[this.#state],
      inFlight: this.inFlight,
      served: this.#served,
      failures: this.#failures,
      lastError: this.#lastError,
      nextLookAtMs: this.#nextLookAtMs,
    };
  }

  /** @throws LinkError */
  async send(command: string, timeoutMs: number): Promise<string> {
    const link = this.#link;
    if (link === undefined) throw new LinkError('broken', false);
    try {
      const reply = await link.send(command, timeoutMs);
      this.#missed = 0;
      this.#replies++;
      return reply;
    } catch (error) {
      this.#note(error);
      if (
        error instanceof LinkError &&
        error.reason === 'timeout' &&
        ++this.#missed >= MISSED_MAX
      ) {
        this.#fail();
      }
      throw error;
    }
  }

  /** The device did what it was asked: it is well, not only reachable. */
  served(): void {
    this.#served++;
    this.#pauseMs = this.#firstPauseMs;
  }

  /** The device answered that it cannot work: look at it again before it gets more. */
  suspect(code: string): void {
    this.#note(code);
    this.#fail();
  }

  drain(): void {
    this.#state = 'draining';
    clearTimeout(this.#timer);
  }

  async close(drainMs: number): Promise<void> {
    this.drain();
    await this.#link?.close(drainMs);
  }

  #note(error: unknown): void {
    this.#failures++;
    const code = error instanceof LinkError ? `LINK_${error.reason.toUpperCase()}` : String(error);
    this.#lastError = { code, atMs: Date.now() };
  }

  get #firstPauseMs(): number {
    return this.#options.backOffMs?.[0] ?? 100;
  }

  async #connect(): Promise<void> {
    if (this.#state === 'draining') return;
    this.#state = 'connecting';
    this.#nextLookAtMs = null;
    try {
      const link = await HsmLink.open(this.#options);
      this.#link = link;
      link.onBroken(() => {
        if (this.#link !== link) return;
        this.#note(new LinkError('broken', false));
        this.#fail();
      });
      await this.#look(link);
      if (!this.#isDraining) this.#up();
      else await link.close();
    } catch (error) {
      this.#note(error);
      this.#fail();
    }
  }

  get #isDraining(): boolean {
    return this.#state === 'draining';
  }

  #up(): void {
    this.#state = 'up';
    this.#missed = 0;
    this.#options.tell(this.name, 'up');
    this.#lookLater();
  }

  #lookLater(): void {
    this.#timer = setTimeout(async () => {
      const link = this.#link;
      if (this.#state !== 'up' || link === undefined) return;
      try {
        await this.#look(link);
        if (this.#state !== 'up') return;
        this.#pauseMs = this.#firstPauseMs;
        this.#lookLater();
      } catch (error) {
        this.#note(error);
        if (this.#link === link) this.#fail();
      }
    }, this.#options.healthMs ?? 1_000);
    this.#timer.unref();
  }

  /** NC, answered without error. Behind much work its answer is late: other answers are as good then. */
  async #look(link: HsmLink): Promise<void> {
    const before = this.#replies;
    try {
      const reply = await link.send('NC', HEALTH_ANSWER_MS);
      if (!reply.startsWith('ND00')) throw new LinkError('unhealthy', true);
    } catch (error) {
      const late = error instanceof LinkError && error.reason === 'timeout';
      if (!late || this.#replies === before) throw error;
    }
  }

  /** Opens the breaker: everything in flight fails over, and a later look may close it again. */
  #fail(): void {
    if (this.#isDraining || this.#state === 'down') return;
    const wasUp = this.#state === 'up';
    this.#state = 'down';
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = undefined;
    void link?.close();
    if (wasUp) this.#options.tell(this.name, 'down', this.#lastError?.code);
    this.#timer = setTimeout(() => void this.#connect(), this.#pauseMs);
    this.#timer.unref();
    this.#nextLookAtMs = Date.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.backOffMs?.[1] ?? 2_000);
  }
}
