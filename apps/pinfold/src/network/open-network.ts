/**
 * What the demo network consists of before anything moves: institutions with their devices and data
 * keys, and the stores of all nodes. Opened by the all-in-one program, by provisioning, and by the
 * operator of a cluster.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACQUIRER, FLEET, ISSUERS, type IssuerFacts } from '@pinfold/flows';
import {
  FLEET_LINK,
  type HsmAccess,
  Institution,
  institutionFolder,
  type OpenedKeys,
  openHsmAccess,
} from '@pinfold/institution';
import { type AppContext, FolderInUseError, type FolderLock, lockFolder } from '@pinfold/platform';
import type {
  Database,
  PostgresAtmStore,
  PostgresIssuerStore,
  PostgresSwitchStore,
} from '@pinfold/storage';
import {
  databaseOpener,
  openAtmStore,
  openIssuerStore,
  openSwitchStore,
} from '../system/stores.js';
import { personAtConsole } from './person-at-console.js';
import { type DemoInstitutions, provisionKeys, zckRecord } from './provision-keys.js';

export interface IssuerParts {
  readonly facts: IssuerFacts;
  readonly institution: Institution;
  readonly keys: OpenedKeys;
  readonly store: PostgresIssuerStore;
  readonly database: Database;
}

export interface OpenedNetwork {
  readonly hsm: HsmAccess;
  readonly institutions: DemoInstitutions;
  readonly switchKeys: OpenedKeys;
  readonly switchStore: PostgresSwitchStore;
  readonly atmStore: PostgresAtmStore;
  readonly issuers: ReadonlyMap<string, IssuerParts>;
  /** Closes the devices: from then on they are other processes' to open. */
  handOver(): Promise<void>;
}

/** Services of a killed parent end by themselves; so long their devices are waited for. */
const DEVICE_FREE_MS = 45_000;
const LOOK_MS = 200;

/** Makes the institutions' keys in ceremonies where there are none, and opens everything. */
export async function openNetwork(context: AppContext, url: string): Promise<OpenedNetwork> {
  const locks = await lockDevices(context);
  const hsm = openHsmAccess(context, { person: personAtConsole() });
  const institutions = openInstitutions(context);
  const { acquirer, fleet } = institutions;
  for (const party of [fleet, acquirer, ...institutions.issuers.values()]) await hsm.require(party);
  const made = await provisionKeys(institutions, () => hsm.console(acquirer));
  if (made) context.logger.debug('keys of the demo network made');
  const open = databaseOpener(context, url);
  const switchKeys = await acquirer.openDataKeys();
  const switchStore = await openSwitchStore(open, switchKeys);
  await keepZoneKeys(acquirer, switchStore);
  const issuers = new Map<string, IssuerParts>();
  for (const facts of ISSUERS) {
    const institution = institutions.issuers.get(facts.id)!;
    const { store, database } = await openIssuerStore(open, facts.id);
    const keys = await institution.openDataKeys();
    issuers.set(facts.id, { facts, institution, keys, store, database });
  }
  const handOver = async (): Promise<void> => {
    for (const party of [fleet, acquirer, ...institutions.issuers.values()]) party.close();
    for (const lock of locks) await lock.release();
  };
  const atmStore = await openAtmStore(open);
  return { hsm, institutions, switchKeys, switchStore, atmStore, issuers, handOver };
}

/** One process for one device: two would write over each other's state. */
async function lockDevices({ config, shutdown, signal }: AppContext): Promise<FolderLock[]> {
  const locks: FolderLock[] = [];
  const untilMs = Date.now() + DEVICE_FREE_MS;
  for (const id of [FLEET.id, ACQUIRER.id, ...ISSUERS.map((issuer) => issuer.id)]) {
    const lock = await lockDevice(institutionFolder(config.dataDir, id), { untilMs, signal });
    shutdown.add({ phase: 'servers', name: `device lock ${id}`, stop: () => lock.release() });
    locks.push(lock);
  }
  return locks;
}

/** @throws FolderInUseError when the process that has it does not end in time */
async function lockDevice(
  folder: string,
  o: { untilMs: number; signal: AbortSignal },
): Promise<FolderLock> {
  for (;;) {
    try {
      return await lockFolder(folder, 'device');
    } catch (error) {
      const wait = error instanceof FolderInUseError && Date.now() < o.untilMs;
      if (!wait || o.signal.aborted) throw error;
      await sleep(LOOK_MS);
    }
  }
}

/** Every institution's device, from its folder; closed, and with that saved, at the very end. */
function openInstitutions(context: AppContext): DemoInstitutions {
  const { config, logger, shutdown, health } = context;
  const open = (id: string): Institution => {
    const institution = Institution.open({
      id,
      dataDir: config.dataDir,
      mode: config.mode,
      selfTestMinutes: config.selfTestMinutes,
      random: randomBytes,
      log: (line) => logger.debug(line),
    });
    shutdown.add({ phase: 'servers', name: `device ${id}`, stop: () => institution.close() });
    health.add('ready', `device ${id}`, () => institution.trouble);
    return institution;
  };
  return {
    fleet: open(FLEET.id),
    acquirer: open(ACQUIRER.id),
    issuers: new Map(ISSUERS.map(({ id }) => [id, open(id)])),
  };
}

/** The switch finds the zone control keys of its links among its own key records. */
async function keepZoneKeys(acquirer: Institution, store: PostgresSwitchStore): Promise<void> {
  const present = await store.keys([FLEET_LINK, ...ISSUERS.map(({ id }) => id)]);
  const missing = ISSUERS.filter(
    ({ id }) => !present.some(({ owner, usage }) => owner === id && usage === 'ZCK'),
  );
  if (missing.length === 0) return;
  const keys = missing.map(({ id }) => zckRecord(acquirer, id, id));
  await store.transact((tx) => tx.save({ keys }));
}
