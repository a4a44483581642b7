import { type AtmFleet, FLEET, ISSUERS } from '@pinfold/flows';
import { cryptogramsTravel, openServiceBase } from '@pinfold/institution';
import { type AppContext } from '@pinfold/platform';
import { atmMigrations, PostgresAtmStore } from '@pinfold/storage';
import { fleetObserver } from './observer.js';
import { openFleet } from './open-fleet.js';
import { startAtm } from './start-atm.js';
import { readCustomers } from './traffic/customers-file.js';
import { TrafficGenerator } from './traffic/traffic-generator.js';
import { logTraffic } from './traffic/traffic-log.js';

export const ATM_SCHEMA = 'atm';
const POOL_SIZE = 4;
/** Notes of a full cassette. */
const FULL_NOTES = 2_000;

export interface ComposeOptions {
  /** Withdrawals per second that the process makes itself; 0: none. */
  readonly ratePerSecond: number;
}

/** Starts the fleet; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeAtm(context: AppContext, o: ComposeOptions): Promise<AtmFleet> {
  const { config, logger, metrics, shutdown } = context;
  const { institution, database, bus } = await openServiceBase(context, {
    name: FLEET.id,
    institution: FLEET.id,
    schema: ATM_SCHEMA,
    migrations: atmMigrations,
    poolSize: POOL_SIZE,
    issuers: ISSUERS.map(({ id }) => id),
  });
  const { fleet, terminals, reversed } = await openFleet({
    institution,
    store: new PostgresAtmStore(database, FLEET.id),
    bus,
    observe: fleetObserver({ logger, metrics }),
    legacyKeys: cryptogramsTravel(institution.tokens, config.mode),
  });
  watchFleet(context, fleet);
  logger.info('fleet recovered', { fields: { terminals, reversed } });
  const traffic = trafficOf(context, { fleet, ratePerSecond: o.ratePerSecond });
  const atm = await startAtm(bus, { fleet, logger, traffic, cashier: { fullNotes: FULL_NOTES } });
  shutdown.add({ phase: 'drain', name: 'atm', stop: () => atm.stop() });
  return fleet;
}

function watchFleet({ metrics, health }: AppContext, fleet: AtmFleet): void {
  const inService = () => fleet.terminals().filter((terminal) => terminal.inService).length;
  metrics.observed({
    name: 'pinfold_atm_terminals_in_service_count',
    help: 'terminals that have keys and are signed on',
    read: inService,
  });
  metrics.observed({
    name: 'pinfold_atm_customers_waiting_count',
    help: 'withdrawals without an answer yet',
    read: () => fleet.inProgress,
  });
  health.add('ready', 'terminals', () =>
    inService() > 0 ? undefined : 'no terminal is in service',
  );
}

function trafficOf(
  { config, logger, shutdown }: AppContext,
  o: { fleet: AtmFleet; ratePerSecond: number },
): TrafficGenerator | undefined {
  if (o.ratePerSecond <= 0) return undefined;
  const { ratePerSecond } = o;
  const traffic = new TrafficGenerator(o.fleet, readCustomers(config.dataDir), {
    ratePerSecond,
    seed: config.seed,
  });
  shutdown.add({ phase: 'intake', name: 'traffic', stop: () => traffic.stop() });
  const log = logTraffic(traffic, logger);
  shutdown.add({ phase: 'release', name: 'traffic log', stop: log.stop });
  return traffic;
}
