/**
 * A pool of HSMs over TCP: commands in, replies out, whatever the commands are; the clients stand on
 * top (`jobs`, `payshield`). Each command goes to the device with the least outstanding work; a device
 * that breaks is left alone and looked after by NC, at growing intervals, until it answers; what waited
 * on it goes to another one, where repeating is safe. With all devices gone for `waitMs`,
 * `HsmUnavailable`: the caller declines and recovers by itself.
 */
import { HsmUnavailable } from '../port.js';
import { LinkError, type LinkOptions } from './link.js';
import { type DeviceAddress, type DeviceStatus, PoolMember } from './member.js';
import { WaitingRoom } from './waiting-room.js';

export interface PoolOptions {
  readonly urls: readonly DeviceAddress[];
  readonly tls?: LinkOptions['tls'];
  /** One answer may take this long; default 2 s. */
  readonly attemptMs?: number;
  /** Devices that one command is sent to at most; default 3. */
  readonly attempts?: number;
  /** How long a command waits for any device to be there; default 1.5 s. */
  readonly waitMs?: number;
  /** Between two looks at a device that is up; default 1 s. */
  readonly healthMs?: number;
  /** First and longest pause before a device that is gone is looked at again; default 100 ms, 2 s. */
  readonly backOffMs?: readonly [number, number];
  /** Commands without an answer that a device has at most; others wait. Default 256. */
  readonly outstanding?: number;
  /** Told what happens; for logs and metrics. */
  readonly observe?: (event: PoolEvent) => void;
}

export interface PoolEvent {
  readonly device: string;
  readonly event: 'up' | 'down' | 'retried' | 'unavailable';
  /** Why, where it is bad news: a stable code. */
  readonly code?: string;
}

export interface SendOptions {
  /** Whether another device may get the command when it is not known what became of it. */
  readonly repeatable: boolean;
  /**
   * Reply codes by which a device says that it did nothing because it cannot work, and what to call
   * them: the device is suspected, and another one gets the command.
   */
  readonly elsewhere: Readonly<Record<string, string>>;
}

/** Where the code of a reply stands, after its two letters. */
const CODE = [2, 4] as const;

/** Commands that wait for a device at most; the next one is refused at once. */
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
          tell: (device, event, code) => {
            this.#observe(code === undefined ? { device, event } : { device, event, code });
            if (event === 'up') this.#waiting.admit();
          },
        }),
    );
  }

  /**
   * The reply of a device to a command, both without header. A reply is whatever a device said, but
   * for the codes of `elsewhere`.
   *
   * @throws HsmUnavailable no device did it
   */
  async send(command: string, { repeatable, elsewhere }: SendOptions): Promise<string> {
    const { attempts = 3, attemptMs = 2_000 } = this.#options;
    const tried = new Set<PoolMember>();
    let code: string = 'NO_DEVICE';
    for (let attempt = 0; attempt < attempts && !this.#closed; attempt++) {
      const member = await this.#choose(tried);
      if (typeof member === 'string') {
        if (attempt === 0) code = member;
        break;
      }
      if (attempt > 0) this.#observe({ device: member.name, event: 'retried' });
      tried.add(member);
      try {
        const reply = await member.send(command, attemptMs);
        const refusal = elsewhere[reply.slice(...CODE)];
        if (refusal === undefined) {
          member.served();
          return reply;
        }
        code = refusal;
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
    this.#observe({ device: 'all', event: 'unavailable', code });
    throw new HsmUnavailable(code);
  }

  /** Commands that wait for a device. */
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
