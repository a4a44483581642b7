/** Starts one issuer on a bus and tells how to stop it. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type Bus, BusServer } from '@pinfold/bus';
import { IssuerNode } from '@pinfold/flows';
import { issuerRequests } from '@pinfold/messages';
import { NestLogger } from '@pinfold/platform';
import { IssuerModule } from './issuer.module.js';
import type { IssuerOptions } from './issuer-options.js';

export interface RunningIssuer {
  readonly node: IssuerNode;
  /** Ends after the chunk and the tick under way; bus and store stay open. */
  stop(): Promise<void>;
}

/** The topics of the issuer must exist. */
export async function startIssuer(
  bus: Bus,
  options: Omit<IssuerOptions, 'send'> & { readonly maxChunk?: number },
): Promise<RunningIssuer> {
  const { maxChunk, ...rest } = options;
  const { issuerId } = rest.settings;
  const strategy = new BusServer({
    bus,
    group: issuerId,
    topicsOf: () => [issuerRequests(issuerId)],
    ...(maxChunk === undefined ? {} : { maxChunk }),
  });
  const module = IssuerModule.register({ ...rest, send: (records) => bus.send(records) });
  const app = await NestFactory.createMicroservice(module, {
    strategy,
    logger: new NestLogger(rest.logger),
    abortOnError: false,
  });
  await app.listen();
  return { node: app.get(IssuerNode), stop: () => app.close() };
}
