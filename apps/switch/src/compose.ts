/** What a separate switch process stands on: the acquirer's device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { ACQUIRER, ISSUERS, systemClock } from '@pinfold/flows';
import {
  IDENTITIES,
  type OpenedKeys,
  openServiceBase,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import { type AppContext } from '@pinfold/platform';
import { type PanKeeper, PostgresSwitchStore, switchMigrations } from '@pinfold/storage';
import { SWITCH_SCHEMA, switchOptions } from './settings.js';
import { type RunningSwitch, startSwitch } from './start-switch.js';
import { SwitchMetrics } from './switch-metrics.js';

const POOL_SIZE = 6;

/** Starts the switch; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeSwitch(context: AppContext): Promise<RunningSwitch> {
  const { config, logger, metrics, shutdown } = context;
  const issuers = ISSUERS.map(({ id }) => id);
  const { institution, keys, database, bus } = await openServiceBase(context, {
    name: 'switch',
    institution: ACQUIRER.id,
    schema: SWITCH_SCHEMA,
    migrations: switchMigrations,
    poolSize: POOL_SIZE,
    issuers,
  });
  const running = await startSwitch(bus, {
    settings: switchOptions({ mode: config.mode }),
    store: new PostgresSwitchStore(database, panKeeper(keys)),
    hsm: institution.as(IDENTITIES.production),
    wire: wireOf(keys, switchTopology(issuers)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics, issuers),
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return running;
}

/** How the switch's tables keep card numbers: sealed in the acquirer's vault. */
export function panKeeper({ vault }: Pick<OpenedKeys, 'vault'>): PanKeeper {
  return { seal: (pan) => vault.seal(pan), open: (sealed) => vault.open(sealed) };
}
