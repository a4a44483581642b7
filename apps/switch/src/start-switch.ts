/** Starts the switch on a bus, as a Nest application, and tells how to stop it. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type Bus, BusServer } from '@pinfold/bus';
import { SwitchNode } from '@pinfold/flows';
import { NestLogger } from '@pinfold/platform';
import { SwitchModule } from './switch.module.js';
import type { SwitchModuleOptions } from './switch-options.js';

const GROUP = 'switch';

export interface RunningSwitch {
  readonly node: SwitchNode;
  /** Ends after the chunks and the tick under way; bus and store stay open. */
  stop(): Promise<void>;
}

/** The topics must exist. */
export async function startSwitch(
  bus: Bus,
  options: Omit<SwitchModuleOptions, 'send'> & { readonly maxChunk?: number },
): Promise<RunningSwitch> {
  const { maxChunk, ...rest } = options;
  const limit = maxChunk === undefined ? {} : { maxChunk };
  const strategy = new BusServer({ bus, group: GROUP, ...limit });
  const module = SwitchModule.register({ ...rest, send: (records) => bus.send(records) });
  const app = await NestFactory.createMicroservice(module, {
    strategy,
    logger: new NestLogger(rest.logger),
    abortOnError: false,
  });
  await app.listen();
  return { node: app.get(SwitchNode), stop: () => app.close() };
}
