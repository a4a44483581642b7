/** Gives the issuer its ticks: one at a time, and none after the end has begun. */
import { Inject, Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { IssuerNode } from '@pinfold/flows';
import { ISSUER_OPTIONS, type IssuerOptions } from './issuer-options.js';

const TICK_MS = 1_000;

@Injectable()
export class IssuerTicker implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    @Inject(IssuerNode) private readonly node: IssuerNode,
    @Inject(ISSUER_OPTIONS) private readonly options: IssuerOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.#schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#tick();
    }, TICK_MS);
  }

  /** A failed tick is tried again by the next one: what is due stays due. */
  async #tick(): Promise<void> {
    try {
      await this.node.onTick();
    } catch (error) {
      const { issuerId: issuer } = this.options.settings;
      this.options.logger.warn('a tick of the issuer failed', { issuer, err: error });
    }
    this.#schedule();
  }
}
