/**
 * One issuer as a Nest module. `register` may be called for several issuers in one process; each has a
 * Nest application of its own (`startIssuer`), since each listens to a topic of its own.
 */
import { type DynamicModule, Module } from '@nestjs/common';
import { IssuerNode, type Observation } from '@pinfold/flows';
import { IssuerController } from './issuer.controller.js';
import { ISSUER_OPTIONS, type IssuerOptions } from './issuer-options.js';
import { IssuerTicker } from './issuer-ticker.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: what Nest calls a dynamic module
export class IssuerModule {
  static register(options: IssuerOptions): DynamicModule {
    return {
      module: IssuerModule,
      controllers: [IssuerController],
      providers: [
        { provide: ISSUER_OPTIONS, useValue: options },
        { provide: IssuerNode, useFactory: () => IssuerNode.open(portsOf(options)) },
        IssuerTicker,
      ],
      exports: [IssuerNode],
    };
  }
}

function portsOf(options: IssuerOptions) {
  const { logger, metrics, observe: alsoObserve, ...ports } = options;
  const observe = (observation: Observation): void => {
    metrics?.observe(observation);
    alsoObserve?.(observation);
    if (logger.enabled('debug')) log(options, observation);
  };
  return { ...ports, observe };
}

function log({ logger }: IssuerOptions, observation: Observation): void {
  const { at: issuer, what: name, terminal, rrn, responseCode } = observation;
  logger.debug('observed', { issuer, name, terminal, rrn, responseCode });
}
