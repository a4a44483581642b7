/**
 * One device of a pool: its link, its health and its circuit breaker.
 *
 *   connecting → up          NC was answered
 *   up → down                the link broke, an answer took too long, or NC did
 *   down → connecting        after a pause that doubles with each failure
 *   any → draining           no new work; what is in flight ends
 */
import { HsmLink, LinkError, type LinkOptions } from './tcp-link.js';

export type MemberState = 'connecting' | 'up' | 'down' | 'draining';

export interface MemberOptions extends LinkOptions {
  readonly healthMs?: number;
  readonly backOffMs?: readonly [number, number];
  readonly tell: (device: string, event: 'up' | 'down') => void;
}

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
  #served = 0;
  #failures = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.name = `tcp://${options.host}:${options.port}`;
    this.#pauseMs = this.#firstPauseMs;
    void this.#connect();
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get inFlight(): number {
    return this.#link?.inFlight ?? 0;
  }

  get status() {
    return {
      device: this.name,
      state: this.#state,
      inFlight: this.inFlight,
      served: this.#served,
      failures: this.#failures,
    };
  }

  /** @throws LinkError */
  async send(command: string, timeoutMs: number): Promise<string> {
    const link = this.#link;
    if (link === undefined) throw new LinkError('broken', false);
    try {
      const reply = await link.send(command, timeoutMs);
      this.#missed = 0;
      this.#served++;
      return reply;
    } catch (error) {
      this.#failures++;
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

  /** The device answered that it cannot work: look at it again before it gets more. */
  suspect(): void {
    this.#failures++;
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

  get #firstPauseMs(): number {
    return this.#options.backOffMs?.[0] ?? 100;
  }

  async #connect(): Promise<void> {
    if (this.#state === 'draining') return;
    this.#state = 'connecting';
    try {
      const link = await HsmLink.open(this.#options);
      this.#link = link;
      link.onBroken(() => {
        if (this.#link === link) this.#fail();
      });
      await this.#look(link);
      if (!this.#isDraining) this.#up();
      else await link.close();
    } catch {
      this.#fail();
    }
  }

  get #isDraining(): boolean {
    return this.#state === 'draining';
  }

  #up(): void {
    this.#state = 'up';
    this.#missed = 0;
    this.#pauseMs = this.#firstPauseMs;
    this.#options.tell(this.name, 'up');
    this.#lookLater();
  }

  #lookLater(): void {
    this.#timer = setTimeout(async () => {
      const link = this.#link;
      if (this.#state !== 'up' || link === undefined) return;
      try {
        await this.#look(link);
        if (this.#state === 'up') this.#lookLater();
      } catch {
        if (this.#link === link) this.#fail();
      }
    }, this.#options.healthMs ?? 1_000);
    this.#timer.unref();
  }

  /** NC, answered without error. */
  async #look(link: HsmLink): Promise<void> {
    const reply = await link.send('NC', HEALTH_ANSWER_MS);
    if (!reply.startsWith('ND00')) throw new LinkError('broken', true);
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
    if (wasUp) this.#options.tell(this.name, 'down');
    this.#timer = setTimeout(() => void this.#connect(), this.#pauseMs);
    this.#timer.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.backOffMs?.[1] ?? 5_000);
  }
}
