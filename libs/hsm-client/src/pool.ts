/**
 * A pool of HSMs over TCP behind the same port as one device in the process. Each command goes to the
 * device with the least outstanding work; a device that breaks is left alone and looked after by NC,
 * at growing intervals, until it answers; what waited on it goes to another one, where repeating is
 * safe. With all devices gone for `waitMs`, `HsmUnavailable`: the caller declines and recovers by
 * itself.
 */
import type { CommandName, HsmJob, Input, Outcome, Output } from '@pinfold/hsm';
import { type DeviceStatus, PoolMember } from './pool-member.js';
import { type HsmAnswer, type HsmClient, HsmUnavailable } from './port.js';
import { REPEATABLE } from './retry-safety.js';
import { jobsCommands, parseAnswers } from './tcp-jobs.js';
import { LinkError, type LinkOptions } from './tcp-link.js';
import { WaitingRoom } from './waiting-room.js';

export interface PoolOptions {
  readonly urls: readonly { readonly host: string; readonly port: number }[];
  readonly tls?: LinkOptions['tls'];
  /** One answer may take this long; default 2 s. */
  readonly attemptMs?: number;
  /** Devices that one frame is sent to at most; default 3. */
  readonly attempts?: number;
  /** How long a command waits for any device to be there; default 1.5 s. */
  readonly waitMs?: number;
  /** Between two looks at a device that is up; default 1 s. */
  readonly healthMs?: number;
  /** First and longest pause before a device that is gone is looked at again; default 100 ms, 2 s. */
  readonly backOffMs?: readonly [number, number];
  /** Frames without an answer that a device has at most; others wait. Default 256. */
  readonly outstanding?: number;
  /** Told what happens; for logs and metrics. */
  readonly observe?: (event: PoolEvent) => void;
}

export interface PoolEvent {
  readonly device: string;
  readonly event: 'up' | 'down' | 'retried' | 'unavailable';
}

/** Frames that wait for a device at most; the next one is refused at once. */
const WAITING_MAX = 8_192;

/** None is up; or those that are have as much as they may have. */
type NoDevice = 'NO_DEVICE' | 'POOL_FULL';

export class HsmPool {
  readonly #members: PoolMember[];
  readonly #options: PoolOptions;
  readonly #observe: (event: PoolEvent) => void;
  readonly #waiting = new WaitingRoom<PoolMember>(WAITING_MAX);
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#observe = options.observe ?? (() => undefined);
    this.#members = options.urls.map(
      (url) =>
        new PoolMember({
          ...options,
          ...url,
          tell: (device, event) => {
            this.#observe({ device, event });
            if (event === 'up') this.#waiting.admit();
          },
        }),
    );
  }

  /** The pool as one identity of one institution sees it. */
  client(institution: string, identity: string): HsmClient {
    const execute = async (jobs: readonly HsmJob[]): Promise<HsmAnswer[]> => {
      const frames = jobsCommands({ institution, identity, jobs });
      return (await Promise.all(frames.map((frame) => this.#perform(frame)))).flat();
    };
    return {
      execute,
      run: async <N extends CommandName>(command: N, inputs: readonly Input<N>[]) => {
        const jobs = inputs.map((input) => ({ command, input }) as unknown as HsmJob);
        return (await execute(jobs)) as Outcome<Output<N>>[];
      },
    };
  }

  /** Frames that wait for a device. */
  get waiting(): number {
    return this.#waiting.size;
  }

  status(): DeviceStatus[] {
    return this.#members.map((member) => member.status);
  }

  /** Takes no more work to a device; it may finish what it has. */
  drain(device: string): void {
    this.#members.find((member) => member.name === device)?.drain();
  }

  /** Waits for what is in flight, then closes every link. */
  async close(drainMs = 2_000): Promise<void> {
    this.#closed = true;
    this.#waiting.dismiss();
    await Promise.all(this.#members.map((member) => member.close(drainMs)));
  }

  async #perform(frame: { command: string; jobs: readonly HsmJob[] }): Promise<HsmAnswer[]> {
    const { attempts = 3, attemptMs = 2_000 } = this.#options;
    const repeatable = frame.jobs.every(({ command }) => REPEATABLE.has(command));
    const tried = new Set<PoolMember>();
    let code: string = 'NO_DEVICE';
    for (let attempt = 0; attempt < attempts && !this.#closed; attempt++) {
      const member = await this.#choose(tried);
      if (typeof member === 'string') {
        code = member;
        break;
      }
      if (attempt > 0) this.#observe({ device: member.name, event: 'retried' });
      tried.add(member);
      try {
        const reply = await member.send(frame.command, attemptMs);
        const answers = parseAnswers(reply, frame.jobs.length);
        if (typeof answers !== 'string') return answers;
        code = `HOST_${answers}`;
        // The device says that it did nothing: another one may.
        if (answers !== '41') break;
        member.suspect(code);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        code = `LINK_${error.reason.toUpperCase()}`;
        if (error.sent && !repeatable) break;
      } finally {
        member.givePlace();
        this.#waiting.admit();
      }
    }
    this.#observe({ device: 'all', event: 'unavailable' });
    throw new HsmUnavailable(code);
  }

  /** A place at a device; waits for one where there is none. A code where there is none in time. */
  async #choose(tried: ReadonlySet<PoolMember>): Promise<PoolMember | NoDevice> {
    const take = () => this.#take(tried);
    const member = take();
    if (member !== undefined) return member;
    const waitMs = this.#closed ? 0 : (this.#options.waitMs ?? 1_500);
    const admitted = await this.#waiting.enter(take, waitMs);
    if (admitted !== undefined) return admitted;
    return this.#members.some(({ isUp }) => isUp) ? 'POOL_FULL' : 'NO_DEVICE';
  }

  /** The least busy device that is up and has room, not tried yet if there is one: a place is kept. */
  #take(tried: ReadonlySet<PoolMember>): PoolMember | undefined {
    const ready = this.#members.filter((member) => member.isUp && member.room > 0);
    const fresh = ready.filter((member) => !tried.has(member));
    const from = fresh.length > 0 ? fresh : ready;
    if (from.length === 0) return undefined;
    const member = from.reduce((a, b) => (b.room > a.room ? b : a));
    member.keepPlace();
    return member;
  }
}
