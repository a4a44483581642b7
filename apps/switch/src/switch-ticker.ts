/** Gives the switch its ticks: one at a time, and none after the end has begun. */
import { Inject, Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { SwitchNode } from '@pinfold/flows';
import { SWITCH_OPTIONS, type SwitchModuleOptions } from './switch-options.js';

/** Deadlines are met within this. */
const TICK_MS = 500;

@Injectable()
export class SwitchTicker implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    @Inject(SwitchNode) private readonly node: SwitchNode,
    @Inject(SWITCH_OPTIONS) private readonly options: SwitchModuleOptions,
  ) {}

  /** The first tick comes at once: it signs on with the issuers. */
  onApplicationBootstrap(): void {
    this.#schedule(0);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(afterMs: number): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#tick();
    }, afterMs);
  }

  /** A failed tick is tried again by the next one: what is due stays due. */
  async #tick(): Promise<void> {
    const { logger, metrics } = this.options;
    try {
      await this.node.onTick();
      for (const { issuer, signedOn, down } of this.node.status()) {
        metrics?.link({ issuer, up: signedOn && !down });
      }
    } catch (error) {
      logger.warn('a tick of the switch failed', { err: error });
    }
    this.#schedule(TICK_MS);
  }
}
