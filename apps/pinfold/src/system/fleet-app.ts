/** The fleet under Nest: its answers, its ticks, its cashier; and customers for it. */
import type { AppContext } from '@pinfold/platform';
import { startAtm, TrafficGenerator, type TrafficMix } from '../../../atm/src/index.js';
import { customersOf } from '../network/demo-customers.js';
import type { System } from './system.js';

/** Notes of a full cassette in the demo network. */
const FULL_NOTES = 2_000;

export function createTraffic(
  { fleet, network, cardsPerIssuer }: System,
  o: {
    /** Of the demo data: what the PINs follow from. */
    demoSeed: string;
    /** Of who comes when. */
    seed: string;
    ratePerSecond: number;
    mix?: TrafficMix;
  },
): TrafficGenerator {
  const customers = customersOf(network, { seed: o.demoSeed, cardsPerIssuer });
  return new TrafficGenerator(fleet, customers, o);
}

/** Answers, ticks and cashier. Customers at terminals finish while switch and issuers still answer. */
export async function startFleetApp(context: AppContext, system: System): Promise<void> {
  const { logger, shutdown } = context;
  const running = await startAtm(system.bus, {
    fleet: system.fleet,
    logger,
    cashier: { fullNotes: FULL_NOTES },
  });
  shutdown.add({ phase: 'intake', name: 'atm fleet', stop: () => running.stop() });
}
