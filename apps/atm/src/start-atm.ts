/** Starts a fleet on a bus, as a Nest application, and tells how to stop it. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type Bus, BusServer } from '@pinfold/bus';
import { FLEET } from '@pinfold/flows';
import { NestLogger } from '@pinfold/platform';
import { AtmModule, type AtmModuleOptions } from './atm.module.js';
import { FleetService } from './fleet.service.js';

export interface StartAtmOptions extends AtmModuleOptions {
  /** Consumer group: each fleet reads all answers and takes those of its terminals. Default `atm`. */
  readonly group?: string;
  readonly maxChunk?: number;
}

export interface RunningAtm {
  /** Customers finish (up to the drain time), then ticks and subscription end; bus and store stay open. */
  stop(): Promise<void>;
}

/** The topics must exist. */
export async function startAtm(bus: Bus, options: StartAtmOptions): Promise<RunningAtm> {
  const { group = FLEET.id, maxChunk, ...rest } = options;
  const limit = maxChunk === undefined ? {} : { maxChunk };
  const strategy = new BusServer({ bus, group, ...limit });
  const app = await NestFactory.createMicroservice(AtmModule.register(rest), {
    strategy,
    logger: new NestLogger(rest.logger),
    abortOnError: false,
  });
  await app.listen();
  const stop = async (): Promise<void> => {
    await app.get(FleetService).stop();
    await app.close();
  };
  return { stop };
}
