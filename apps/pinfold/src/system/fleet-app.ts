/** The fleet under Nest: its answers, its ticks, its cashier, its customers. */
import { NestFactory } from '@nestjs/core';
import { BusServer } from '@pinfold/bus';
import { ISSUERS } from '@pinfold/flows';
import { IDENTITIES } from '@pinfold/institution';
import { type AppContext, NestLogger } from '@pinfold/platform';
import {
  AtmModule,
  type Customers,
  demoCustomers,
  FleetService,
  TrafficGenerator,
  type TrafficMix,
} from '../../../atm/src/index.js';
import type { System } from './system.js';

/** Notes of a full cassette in the demo network. */
const FULL_NOTES = 2_000;

/** The cards of the demo network; PINs are asked of the issuers' devices, as their holders know them. */
export function customersOf(system: System, seed: string): Customers {
  return demoCustomers({
    issuers: ISSUERS,
    cardsPerIssuer: system.cardsPerIssuer,
    pinsOf: async (pans) => {
      const pins = new Map<string, string>();
      for (const { id, cardPrefix } of ISSUERS) {
        const own = pans.filter((pan) => pan.startsWith(cardPrefix));
        if (own.length === 0) continue;
        const hsm = system.institutions.issuers.get(id)!.as(IDENTITIES.production);
        const shown = await hsm.run(
          'ShowDemoPin',
          own.map((pan) => ({ pan, seed })),
        );
        for (const [i, outcome] of shown.entries()) {
          if (outcome.ok) pins.set(own[i]!, outcome.value.pin);
        }
      }
      return pans.map((pan) => pins.get(pan) ?? '0000');
    },
  });
}

export function createTraffic(
  system: System,
  o: {
    /** Of the demo data: what the PINs follow from. */
    demoSeed: string;
    /** Of who comes when. */
    seed: string;
    ratePerSecond: number;
    mix?: TrafficMix;
  },
): TrafficGenerator {
  return new TrafficGenerator(system.fleet, customersOf(system, o.demoSeed), o);
}

export async function startFleetApp(
  context: AppContext,
  system: System,
  traffic: TrafficGenerator | undefined,
): Promise<void> {
  const { logger, shutdown } = context;
  const module = AtmModule.register({
    fleet: system.fleet,
    logger,
    cashier: { fullNotes: FULL_NOTES },
    traffic,
  });
  const app = await NestFactory.createMicroservice(module, {
    strategy: new BusServer({ bus: system.bus, group: 'atm' }),
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen();
  // Customers first: those at the terminals finish while switch and issuers still answer.
  const service = app.get(FleetService);
  shutdown.add({
    phase: 'intake',
    name: 'customers',
    stop: () => service.beforeApplicationShutdown(),
  });
  shutdown.add({ phase: 'drain', name: 'atm fleet', stop: () => app.close() });
}
