/** What a separate switch process stands on: the acquirer's device and tokens, PostgreSQL, Kafka. */
import { randomBytes } from 'node:crypto';
import { ACQUIRER, systemClock } from '@pinfold/flows';
import {
  aesKeysPossible,
  type OpenedKeys,
  openProductionBase,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import { type PanKeeper, PostgresSwitchStore, switchMigrations } from '@pinfold/storage';
import { composeLines, issuersWith } from './iso-port/compose-lines.js';
import type { IsoPort } from './iso-port/iso-port.js';
import { provisionLineKeys, withPartners } from './iso-port/line-keys.js';
import { type Lines, NO_LINES } from './iso-port/lines-file.js';
import { SWITCH_SCHEMA, switchOptions } from './settings.js';
import { startSwitch } from './start-switch.js';
import { SwitchMetrics } from './switch-metrics.js';

const POOL_SIZE = 6;

/** Starts the switch; everything that it opened is ended by the steps it adds to the shutdown. */
export async function composeSwitch(
  context: AppContext,
  lines: Lines = NO_LINES,
): Promise<{ iso: IsoPort }> {
  const { config, logger, metrics, shutdown } = context;
  const issuers = issuersWith(lines);
  const { institution, hsm, access, keys, database, bus } = await openProductionBase(context, {
    name: 'switch',
    institution: ACQUIRER.id,
    schema: SWITCH_SCHEMA,
    migrations: switchMigrations,
    poolSize: POOL_SIZE,
    issuers,
  });
  const store = new PostgresSwitchStore(database, panKeeper(keys));
  const aes = aesKeysPossible(institution.tokens, config.mode);
  const options = switchOptions({ mode: config.mode, aes });
  await provisionLineKeys({
    lines,
    acquirer: institution,
    console: () => access.console(institution),
    keys,
    store,
    dataDir: config.dataDir,
    terminalAlgorithm: options.terminalAlgorithm!,
  });
  const running = await startSwitch(bus, {
    settings: withPartners(options, lines),
    store,
    hsm,
    wire: wireOf(keys, switchTopology(issuers)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics, issuers),
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return { iso: await composeLines(context, { lines, bus, keys, store }) };
}

/** How the switch's tables keep card numbers: sealed in the acquirer's vault. */
export function panKeeper({ vault }: Pick<OpenedKeys, 'vault'>): PanKeeper {
  return { seal: (pan) => vault.seal(pan), open: (sealed) => vault.open(sealed) };
}
