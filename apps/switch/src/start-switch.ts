/** Starts the switch on a bus and tells how to stop it. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type Bus, BusServer } from '@pinfold/bus';
import { SwitchNode } from '@pinfold/flows';
import { NestLogger } from '@pinfold/platform';
import { SwitchModule } from './switch.module.js';
import type { SwitchModuleOptions } from './switch-options.js';

export interface RunningSwitch {
  readonly node: SwitchNode;
  /** Ends after the chunk and the tick under way; bus and store stay open. */
  stop(): Promise<void>;
}

/** The topics must exist. */
export async function startSwitch(
  bus: Bus,
  options: Omit<SwitchModuleOptions, 'send'>,
): Promise<RunningSwitch> {
  const module = SwitchModule.register({ ...options, send: (records) => bus.send(records) });
  const app = await NestFactory.createMicroservice(module, {
    strategy: new BusServer({ bus, group: 'switch' }),
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  await app.listen();
  return { node: app.get(SwitchNode), stop: () => app.close() };
}
