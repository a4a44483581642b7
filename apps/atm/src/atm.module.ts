/**
 * The ATM fleet as a Nest module. The fleet comes ready made (`openFleet`), so one process can hold it
 * beside switch and issuers, and a process of its own needs nothing else.
 */
import { type DynamicModule, Module } from '@nestjs/common';
import { AtmFleet } from '@pinfold/flows';
import { AnswersController } from './answers.controller.js';
import { FleetService, type FleetServiceOptions } from './fleet.service.js';

export type AtmModuleOptions = FleetServiceOptions;

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: what Nest calls a dynamic module
export class AtmModule {
  static register(options: AtmModuleOptions): DynamicModule {
    return {
      module: AtmModule,
      controllers: [AnswersController],
      providers: [
        { provide: AtmFleet, useValue: options.fleet },
        { provide: FleetService, useFactory: () => new FleetService(options) },
      ],
      exports: [AtmFleet, FleetService],
    };
  }
}
