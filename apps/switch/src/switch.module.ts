/** The acquiring switch as a Nest module. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type Observation, SwitchNode } from '@pinfold/flows';
import { SwitchController } from './switch.controller.js';
import { SWITCH_OPTIONS, type SwitchModuleOptions } from './switch-options.js';
import { SwitchTicker } from './switch-ticker.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: what Nest calls a dynamic module
export class SwitchModule {
  static register(options: SwitchModuleOptions): DynamicModule {
    return {
      module: SwitchModule,
      controllers: [SwitchController],
      providers: [
        { provide: SWITCH_OPTIONS, useValue: options },
        { provide: SwitchNode, useFactory: () => openNode(options) },
        SwitchTicker,
      ],
      exports: [SwitchNode],
    };
  }
}

async function openNode(options: SwitchModuleOptions): Promise<SwitchNode> {
  const { logger, metrics, settings, observe: alsoObserve, ...ports } = options;
  const observe = (observation: Observation): void => {
    metrics?.observe(observation);
    alsoObserve?.(observation);
    if (logger.enabled('debug')) log(options, observation);
  };
  const node = new SwitchNode(settings, { ...ports, observe });
  await node.open();
  return node;
}

function log({ logger }: SwitchModuleOptions, observation: Observation): void {
  const { what: name, terminal, rrn, responseCode } = observation;
  logger.debug('observed', { name, terminal, rrn, responseCode });
}
