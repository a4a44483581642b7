/**
 * The whole network in one process: institutions with their devices, one database server, one bus, and
 * the nodes under Nest. `npm start` is this. Everything that is opened adds its own step to the shutdown.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '@pinfold/bus';
import {
  ACQUIRER,
  type AtmFleet,
  FLEET,
  ISSUERS,
  type IssuerFacts,
  type IssuerLimits,
  type Observe,
  systemClock,
} from '@pinfold/flows';
import {
  FLEET_LINK,
  IDENTITIES,
  Institution,
  issuerTopology,
  type OpenedKeys,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import type { Database, PostgresIssuerStore } from '@pinfold/storage';
import { fleetObserver, openFleet } from '../../../atm/src/index.js';
import { IssuerMetrics, issuerSettings, startIssuer } from '../../../issuer/src/index.js';
import { SwitchMetrics, startSwitch, switchOptions } from '../../../switch/src/index.js';
import type { HopStores } from '../narration/hops.js';
import {
  type DemoInstitutions,
  type Progress,
  provisionCards,
  provisionKeys,
  provisionTerminals,
  zckRecord,
} from '../network/provision.js';
import { type DatabaseServer, openBus, openDatabaseServer } from './servers.js';
import { databaseOpener, openAtmStore, openIssuerStore, openSwitchStore } from './stores.js';

export interface SystemOptions {
  /** Over all issuers. */
  readonly cards: number;
  readonly terminals: number;
  readonly progress: Progress;
  readonly limits?: IssuerLimits;
  readonly observe?: Observe;
}

export interface System {
  readonly fleet: AtmFleet;
  readonly bus: Bus;
  readonly busKind: string;
  readonly database: DatabaseServer;
  readonly institutions: DemoInstitutions;
  readonly stores: HopStores;
  readonly issuerKeys: ReadonlyMap<string, OpenedKeys>;
  readonly ledgers: ReadonlyMap<string, Database>;
  readonly cardsPerIssuer: number;
  /** Withdrawals of the last run that are being reversed. */
  readonly reversed: number;
}

export async function startSystem(context: AppContext, options: SystemOptions): Promise<System> {
  const { config, logger, metrics, shutdown } = context;
  const issuerIds = ISSUERS.map(({ id }) => id);
  const institutions = openInstitutions(context);
  const { fleet: gateway, acquirer, issuers } = institutions;
  if (await provisionKeys(institutions)) logger.debug('keys of the demo network made');
  const database = await openDatabaseServer(context);
  const open = databaseOpener(context, database.url);
  const { bus, kind: busKind } = await openBus(context, issuerIds, 'pinfold');

  const switchKeys = await acquirer.openDataKeys();
  const switchStore = await openSwitchStore(open, switchKeys);
  await keepZoneKeys(acquirer, switchStore);

  const cardsPerIssuer = Math.ceil(options.cards / ISSUERS.length);
  const issuerStores = new Map<string, PostgresIssuerStore>();
  const issuerKeys = new Map<string, OpenedKeys>();
  const ledgers = new Map<string, Database>();
  const issuerMetrics = new IssuerMetrics(metrics, issuerIds);
  for (const facts of ISSUERS) {
    const issuer = issuers.get(facts.id)!;
    const keys = await issuer.openDataKeys();
    const { store, database: ledger } = await openIssuerStore(open, facts.id);
    issuerStores.set(facts.id, store);
    ledgers.set(facts.id, ledger);
    issuerKeys.set(facts.id, keys);
    const { progress } = options;
    const seed = config.seed;
    await provisionCards({ issuer, facts, store, keys, count: cardsPerIssuer, seed, progress });
    await startOneIssuer({ context, bus, facts, issuer, keys, store, issuerMetrics, options });
  }

  const atmStore = await openAtmStore(open);
  const { fleet, reversed } = await openFleet({
    institution: gateway,
    store: atmStore,
    bus,
    observe: fleetObserver({ logger, metrics, also: options.observe }),
    legacyKeys: config.mode === 'legacy',
  });
  await provisionTerminals({
    acquirer,
    fleet,
    switchStore,
    count: options.terminals,
    progress: options.progress,
  });
  const running = await startSwitch(bus, {
    settings: switchOptions({ mode: config.mode }),
    store: switchStore,
    hsm: acquirer.as(IDENTITIES.production),
    wire: wireOf(switchKeys, switchTopology(issuerIds)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics, issuerIds),
    observe: options.observe,
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return {
    fleet,
    bus,
    busKind,
    database,
    institutions,
    stores: { atm: atmStore, switch: switchStore, issuers: issuerStores },
    issuerKeys,
    ledgers,
    cardsPerIssuer,
    reversed,
  };
}

/** Every institution's device, from its folder; closed, and with that saved, at the very end. */
export function openInstitutions(context: AppContext): DemoInstitutions {
  const { config, logger, shutdown, health } = context;
  const open = (id: string): Institution => {
    const institution = Institution.open({
      id,
      dataDir: config.dataDir,
      mode: config.mode,
      random: randomBytes,
      log: (line) => logger.debug(line),
    });
    shutdown.add({ phase: 'servers', name: `device ${id}`, stop: () => institution.close() });
    health.add('ready', `device ${id}`, () => {
      const { life } = institution.store.device;
      return life === 'operational' ? undefined : `the device is ${life}`;
    });
    return institution;
  };
  return {
    fleet: open(FLEET.id),
    acquirer: open(ACQUIRER.id),
    issuers: new Map(ISSUERS.map(({ id }) => [id, open(id)])),
  };
}

/** The switch finds the zone control keys of its links among its own key records. */
export async function keepZoneKeys(
  acquirer: Institution,
  store: Awaited<ReturnType<typeof openSwitchStore>>,
): Promise<void> {
  const present = await store.keys([FLEET_LINK, ...ISSUERS.map(({ id }) => id)]);
  const missing = ISSUERS.filter(
    ({ id }) => !present.some(({ owner, usage }) => owner === id && usage === 'ZCK'),
  );
  if (missing.length === 0) return;
  const keys = missing.map(({ id }) => zckRecord(acquirer, id, id));
  await store.transact((tx) => tx.save({ keys }));
}

async function startOneIssuer(o: {
  context: AppContext;
  bus: Bus;
  facts: IssuerFacts;
  issuer: Institution;
  keys: OpenedKeys;
  store: PostgresIssuerStore;
  issuerMetrics: IssuerMetrics;
  options: SystemOptions;
}): Promise<void> {
  const { context, bus, facts, issuer, keys, store, issuerMetrics, options } = o;
  const { logger, shutdown } = context;
  const { named } = issuer.provisioned;
  const tokens = { pvk: named.pvk!, zck: named[`zck.${facts.id}`]! };
  const running = await startIssuer(bus, {
    settings: issuerSettings(facts, tokens, options.limits),
    store,
    hsm: issuer.as(IDENTITIES.production),
    wire: wireOf(keys, issuerTopology(facts.id)),
    takeDataKey: (version, key) => {
      if (!keys.sealer.has(facts.id, version)) keys.sealer.add({ link: facts.id, version, key });
    },
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: issuerMetrics,
    observe: options.observe,
  });
  shutdown.add({ phase: 'drain', name: `issuer ${facts.id}`, stop: () => running.stop() });
}
