/**
 * A process of the simulated network: a node, its attachments to the bus, its ticks, and its death.
 * All ports of a node go through its incarnation. A dead one gets no answer any more, so what it was
 * doing simply stops there: before its transaction, between commit and send, or after.
 */
import { type HsmClient, HsmUnavailable } from '@pinfold/hsm-client';
import type { BusRecord } from '@pinfold/messages';
import type { FaultyBus, Handler } from './faulty-bus.js';
import type { Journal } from './journal.js';
import type { Rng } from './rng.js';
import type { VirtualTime } from './virtual-time.js';

export class Killed extends Error {
  override readonly name = 'Killed';
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

export class Incarnation {
  alive = true;
  /** Port calls left to live; counted down once set. */
  fuse = Number.POSITIVE_INFINITY;

  constructor(private readonly onDeath: () => void) {}

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    this.onDeath();
  }

  /** One step towards the end, if that is set. */
  burn(): void {
    this.fuse -= 1;
    if (this.fuse < 0) this.die();
  }
}

export interface World {
  readonly time: VirtualTime;
  readonly bus: FaultyBus;
  readonly journal: Journal;
  /** Delays of ports and lives. */
  readonly rng: Rng;
  /** Sees what leaves a process, before the bus has it. */
  readonly monitor: (from: string, records: readonly BusRecord[]) => void;
}

/** A store whose calls take a moment and end with the incarnation. */
export function guardStore<S extends object>(store: S, life: Incarnation, world: World): S {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        life.burn();
        if (world.rng.chance(0.3)) await world.time.sleep(world.rng.int(0, 4));
        if (!life.alive) return never();
        const result: unknown = await value.apply(target, args).catch((error: unknown) => {
          if (error instanceof Killed) return never();
          throw error;
        });
        life.burn();
        return life.alive ? result : never();
      };
    },
  });
}

/** Throws when the process is dead: a transaction that sends inside is rolled back, as by a lost connection. */
export function guardSend(name: string, life: Incarnation, world: World) {
  return async (records: readonly BusRecord[]): Promise<void> => {
    life.burn();
    if (world.rng.chance(0.2)) await world.time.sleep(world.rng.int(0, 3));
    if (!life.alive) throw new Killed();
    world.monitor(name, records);
    world.bus.send(records);
    life.burn();
    if (!life.alive) throw new Killed();
  };
}

/** An HSM that can be silent for a while. */
export class SimHsm {
  silent = false;
  constructor(private readonly client: HsmClient) {}

  guarded(life: Incarnation): HsmClient {
    const check = () => {
      if (this.silent) throw new HsmUnavailable('DEVICE_NOT_READY');
    };
    return {
      execute: async (jobs) => {
        if (!life.alive) throw new Killed();
        check();
        return this.client.execute(jobs);
      },
      run: async (command, inputs) => {
        if (!life.alive) throw new Killed();
        check();
        return this.client.run(command, inputs);
      },
    };
  }
}

export interface Running {
  readonly onTick: () => Promise<void>;
  readonly reads: readonly { topic: string; partition: number; handler: Handler }[];
}

export class SimProcess {
  #life: Incarnation | undefined;
  #detach: ((redeliver: boolean) => void)[] = [];
  restarts = 0;
  tickMs = 1_000;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly boot: (life: Incarnation) => Promise<Running>,
  ) {}

  get isUp(): boolean {
    return this.#life?.alive === true;
  }

  /** Starts, unless it runs. */
  start(): void {
    if (this.isUp) return;
    const life = new Incarnation(() => this.#ended());
    this.#life = life;
    this.world.journal.add(`${this.name}: started`);
    void this.boot(life).then(
      (running) => this.#run(life, running),
      (error: Error) => {
        if (life.alive) throw error;
      },
    );
  }

  /** Dies at one of the next port calls, or in a moment if none comes; is started again later. */
  kill(o: { fuse: number; downMs: number; redeliver: boolean }): void {
    const life = this.#life;
    if (life?.alive !== true) return;
    life.fuse = o.fuse;
    this.#redeliver = o.redeliver;
    this.world.time.at(o.fuse === 0 ? 0 : 1_000, () => life.die());
    this.world.time.at(1_000 + o.downMs, () => this.start());
  }

  #redeliver = true;

  #ended(): void {
    this.restarts += 1;
    this.world.journal.add(`${this.name}: killed`);
    for (const detach of this.#detach) detach(this.#redeliver);
    this.#detach = [];
  }

  #run(life: Incarnation, running: Running): void {
    if (!life.alive) return;
    this.#detach = running.reads.map(({ topic, partition, handler }) =>
      this.world.bus.attach(topic, partition, handler),
    );
    const tick = async (): Promise<void> => {
      if (!life.alive) return;
      try {
        await running.onTick();
      } catch (error) {
        if (!life.alive) return;
        const { name, message } = error as Error;
        this.world.journal.add(`${this.name}: tick failed: ${name}: ${message}`);
      }
      if (life.alive) this.world.time.at(this.tickMs, () => void tick());
    };
    this.world.time.at(this.world.rng.int(0, this.tickMs), () => void tick());
  }
}
