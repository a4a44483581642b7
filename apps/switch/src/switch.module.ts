/** The acquiring switch as a Nest module: its node, its chunks, its ticks. */
import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type Observation, type Observe, SwitchNode } from '@pinfold/flows';
import { Ticker } from '@pinfold/platform';
import { SwitchController } from './switch.controller.js';
import { SWITCH_OPTIONS, type SwitchModuleOptions } from './switch-options.js';

const TICK_MS = 100;

@Module({})
export class SwitchModule implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #ticker: Ticker;

  constructor(
    @Inject(SwitchNode) node: SwitchNode,
    @Inject(SWITCH_OPTIONS) { logger }: SwitchModuleOptions,
  ) {
    this.#ticker = new Ticker({
      everyMs: TICK_MS,
      run: () => node.onTick(),
      onError: (err) => logger.error('a tick failed; the next one repeats it', { err }),
    });
  }

  static register(options: SwitchModuleOptions): DynamicModule {
    return {
      module: SwitchModule,
      controllers: [SwitchController],
      providers: [
        { provide: SWITCH_OPTIONS, useValue: options },
        { provide: SwitchNode, useFactory: () => openNode(options) },
      ],
      exports: [SwitchNode],
    };
  }

  onApplicationBootstrap(): void {
    this.#ticker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#ticker.stop();
  }
}

async function openNode(options: SwitchModuleOptions): Promise<SwitchNode> {
  const { setUp, store, hsm, wire, send, random, clock } = options;
  const node = new SwitchNode(setUp, {
    store,
    hsm,
    wire,
    send,
    random,
    clock,
    observe: observerOf(options),
  });
  await node.open();
  return node;
}

function observerOf({ logger, metrics, observe }: SwitchModuleOptions): Observe {
  return (observation: Observation) => {
    metrics?.observe(observation);
    observe?.(observation);
    if (!logger.enabled('debug')) return;
    const { what, terminal, rrn, responseCode, detail } = observation;
    logger.debug('observed', { name: what, terminal, rrn, responseCode, ...detail });
  };
}
