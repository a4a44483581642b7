/**
 * Keeps a fleet going: ticks, full cassettes, traffic where wanted; and ends it in order: no new
 * customers, those at the terminals finish, then the ticks stop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { AtmFleet } from '@pinfold/flows';
import { type Logger, Ticker } from '@pinfold/platform';
import { type CashierOptions, fillCassettes } from './cashier.js';

import type { TrafficGenerator } from './traffic/traffic-generator.js';

export interface FleetServiceOptions {
  readonly fleet: AtmFleet;
  readonly logger: Logger;
  /** Default 100 ms. */
  readonly tickMs?: number;
  /** Without it nobody fills the cassettes. */
  readonly cashier?: CashierOptions;
  readonly traffic?: TrafficGenerator;
  /** Most that customers at terminals are waited for at the end. Default 5 s. */
  readonly drainMs?: number;
}

const TICK_MS = 100;
const CASHIER_MS = 5_000;
const DRAIN_MS = 5_000;
const LOOK_MS = 10;

@Injectable()
export class FleetService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #options: FleetServiceOptions;
  readonly #tickers: readonly Ticker[];
  #stopped: Promise<void> | undefined;

  constructor(options: FleetServiceOptions) {
    const { fleet, logger, tickMs = TICK_MS, cashier } = options;
    this.#options = options;
    const ticker = (what: string, everyMs: number, run: () => Promise<unknown>) =>
      new Ticker({
        everyMs,
        run,
        onError: (err) =>
          logger.error('a tick failed; the next one repeats it', { step: what, err }),
      });
    this.#tickers = [
      ticker('fleet', tickMs, () => fleet.onTick()),
      ...(cashier ? [ticker('cashier', CASHIER_MS, () => fillCassettes(fleet, cashier))] : []),
    ];
  }

  onApplicationBootstrap(): void {
    for (const ticker of this.#tickers) ticker.start();
    this.#options.traffic?.start();
  }

  /** To be called while answers still come in. Twice is harmless. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Nest closes a microservice's subscriptions before this hook: `startAtm` has stopped it by then. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const { fleet, traffic, drainMs = DRAIN_MS } = this.#options;
    traffic?.stop();
    await fleet.stop();
    const untilMs = Date.now() + drainMs;
    while (fleet.inProgress > 0 && Date.now() < untilMs) await sleep(LOOK_MS);
    for (const ticker of this.#tickers) await ticker.stop();
  }
}
