/** Gives the switch its ticks; the first comes at once: it signs on with the issuers. */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { SwitchNode } from '@pinfold/flows';
import { Ticker } from '@pinfold/platform';
import { SWITCH_OPTIONS, type SwitchModuleOptions } from './switch-options.js';

/** Deadlines are met within this. */
const TICK_MS = 500;

@Injectable()
export class SwitchTicker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #ticker: Ticker;

  constructor(
    @Inject(SwitchNode) node: SwitchNode,
    @Inject(SWITCH_OPTIONS) { logger, metrics }: SwitchModuleOptions,
  ) {
    this.#ticker = new Ticker({
      everyMs: TICK_MS,
      firstMs: 0,
      run: async () => {
        await node.onTick();
        for (const { issuer, signedOn, down } of node.status()) {
          metrics?.link({ issuer, up: signedOn && !down });
        }
      },
      onError: (err) => logger.warn('a tick of the switch failed', { err }),
    });
  }

  onApplicationBootstrap(): void {
    this.#ticker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#ticker.stop();
  }
}
