/**
 * The whole network in one process: one database server, one bus, and the nodes under Nest. `npm start`
 * is this. Everything that is opened adds its own step to the shutdown.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '@pinfold/bus';
import {
  type AtmFleet,
  ISSUERS,
  type IssuerLimits,
  type Observe,
  systemClock,
} from '@pinfold/flows';
import {
  aesKeysPossible,
  cryptogramsTravel,
  type HsmAccess,
  issuerTokens,
  issuerTopology,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import type { AppContext } from '@pinfold/platform';
import { fleetObserver, openFleet } from '../../../atm/src/index.js';
import { IssuerMetrics, issuerSettings, startIssuer } from '../../../issuer/src/index.js';
import {
  composeLines,
  type IsoPort,
  issuersWith,
  type Lines,
  NO_LINES,
  provisionLineKeys,
  SwitchMetrics,
  startSwitch,
  switchOptions,
  withPartners,
} from '../../../switch/src/index.js';
import type { HopStores } from '../narration/hops.js';
import { type IssuerParts, type OpenedNetwork, openNetwork } from '../network/open-network.js';
import type { Progress } from '../network/progress.js';
import { provisionCards } from '../network/provision-cards.js';
import { provisionTerminals } from '../network/provision-terminals.js';
import { type DatabaseServer, openBus, openDatabaseServer } from './servers.js';

export interface SystemOptions {
  /** Over all issuers. */
  readonly cards: number;
  readonly terminals: number;
  readonly progress: Progress;
  /** ISO 8583 lines; none when not given. An issuer on one is a partner's: its own service does not start. */
  readonly lines?: Lines;
  readonly limits?: IssuerLimits;
  readonly observe?: Observe;
}

export interface System {
  readonly network: OpenedNetwork;
  readonly fleet: AtmFleet;
  readonly bus: Bus;
  readonly busKind: string;
  readonly database: DatabaseServer;
  readonly stores: HopStores;
  readonly cardsPerIssuer: number;
  /** Withdrawals of the last run that are being reversed. */
  readonly reversed: number;
  readonly iso: IsoPort;
  readonly hsm: HsmAccess;
  readonly lines: Lines;
}

const ISSUER_IDS = ISSUERS.map(({ id }) => id);

export async function startSystem(context: AppContext, options: SystemOptions): Promise<System> {
  const { config, logger, metrics } = context;
  const database = await openDatabaseServer(context);
  const network = await openNetwork(context, database.url);
  const { lines = NO_LINES } = options;
  const { bus, kind: busKind } = await openBus(context, issuersWith(lines), 'pinfold');
  const cardsPerIssuer = await provisionAllCards(context, network, options);
  const { hsm } = network;
  const issuerMetrics = new IssuerMetrics(metrics, ISSUER_IDS);
  for (const parts of network.issuers.values()) {
    if (lines.issuers.some(({ name }) => name === parts.facts.id)) continue;
    await startOneIssuer({ context, bus, hsm, parts, issuerMetrics, options });
  }
  const { fleet, reversed } = await openFleet({
    institution: network.institutions.fleet,
    store: network.atmStore,
    bus,
    observe: fleetObserver({ logger, metrics, also: options.observe }),
    legacyKeys: cryptogramsTravel(network.institutions.fleet.tokens, config.mode),
  });
  await provisionTerminals({
    acquirer: network.institutions.acquirer,
    hsm,
    fleet,
    switchStore: network.switchStore,
    count: options.terminals,
    progress: options.progress,
  });
  const iso = await startTheSwitch(context, { bus, hsm, network, lines, observe: options.observe });
  return {
    network,
    fleet,
    bus,
    busKind,
    database,
    stores: storesOf(network),
    cardsPerIssuer,
    reversed,
    iso,
    lines,
    hsm,
  };
}

/** Cards of all issuers; gives how many each has at least. */
export async function provisionAllCards(
  { config }: AppContext,
  network: OpenedNetwork,
  options: Pick<SystemOptions, 'cards' | 'progress'>,
): Promise<number> {
  const count = Math.ceil(options.cards / ISSUERS.length);
  for (const { facts, institution: issuer, keys, store } of network.issuers.values()) {
    const { progress } = options;
    const { seed } = config;
    const { hsm } = network;
    await provisionCards({ issuer, hsm, facts, store, keys, count, seed, progress });
  }
  return count;
}

/** The three records of a withdrawal. */
export function storesOf({ atmStore, switchStore, issuers }: OpenedNetwork): HopStores {
  return {
    atm: atmStore,
    switch: switchStore,
    issuers: new Map([...issuers].map(([id, { store }]) => [id, store])),
  };
}

async function startTheSwitch(
  context: AppContext,
  o: { bus: Bus; hsm: HsmAccess; network: OpenedNetwork; lines: Lines; observe?: Observe },
): Promise<IsoPort> {
  const { config, logger, metrics, shutdown } = context;
  const { bus, lines } = o;
  const { institutions, switchKeys, switchStore } = o.network;
  const { acquirer } = institutions;
  const aes = aesKeysPossible(acquirer.tokens, config.mode);
  const settings = switchOptions({ mode: config.mode, aes });
  await provisionLineKeys({
    lines,
    acquirer,
    console: () => o.hsm.console(acquirer),
    keys: switchKeys,
    store: switchStore,
    dataDir: config.dataDir,
    terminalAlgorithm: settings.terminalAlgorithm!,
  });
  const issuers = issuersWith(lines);
  const running = await startSwitch(bus, {
    settings: withPartners(settings, lines),
    store: switchStore,
    hsm: o.hsm.of(acquirer, switchKeys),
    wire: wireOf(switchKeys, switchTopology(issuers)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: new SwitchMetrics(metrics, issuers),
    observe: o.observe,
  });
  shutdown.add({ phase: 'drain', name: 'switch', stop: () => running.stop() });
  return composeLines(context, { lines, bus, keys: switchKeys, store: switchStore });
}

async function startOneIssuer(o: {
  context: AppContext;
  bus: Bus;
  hsm: HsmAccess;
  parts: IssuerParts;
  issuerMetrics: IssuerMetrics;
  options: SystemOptions;
}): Promise<void> {
  const { bus, issuerMetrics, options } = o;
  const { logger, shutdown } = o.context;
  const { facts, institution, keys, store } = o.parts;
  const tokens = issuerTokens(institution.provisioned, facts.id);
  const running = await startIssuer(bus, {
    settings: issuerSettings(facts, tokens, options.limits),
    store,
    hsm: o.hsm.of(institution, keys),
    wire: wireOf(keys, issuerTopology(facts.id)),
    random: randomBytes,
    clock: systemClock,
    logger,
    metrics: issuerMetrics,
    observe: options.observe,
  });
  shutdown.add({ phase: 'drain', name: `issuer ${facts.id}`, stop: () => running.stop() });
}
