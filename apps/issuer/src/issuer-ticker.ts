/** Gives the issuer its ticks: what is due stays due when one fails. */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { IssuerNode } from '@pinfold/flows';
import { Ticker } from '@pinfold/platform';
import { ISSUER_OPTIONS, type IssuerOptions } from './issuer-options.js';

const TICK_MS = 1_000;

@Injectable()
export class IssuerTicker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #ticker: Ticker;

  constructor(
    @Inject(IssuerNode) node: IssuerNode,
    @Inject(ISSUER_OPTIONS) { logger, settings }: IssuerOptions,
  ) {
    this.#ticker = new Ticker({
      everyMs: TICK_MS,
      run: () => node.onTick(),
      onError: (err) =>
        logger.warn('a tick of the issuer failed', { issuer: settings.issuerId, err }),
    });
  }

  onApplicationBootstrap(): void {
    this.#ticker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#ticker.stop();
  }
}
