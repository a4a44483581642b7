/**
 * A fleet put together from what a program has: the gateway's institution (device, data keys), a
 * database, a bus. It has recovered when this resolves; its answers and ticks are the module's work.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '@pinfold/bus';
import {
  ACQUIRER,
  AtmFleet,
  type AtmStore,
  CURRENCY,
  type Observe,
  systemClock,
} from '@pinfold/flows';
import { fleetTopology, type Institution, wireOf } from '@pinfold/institution';
import { padStorageKeys } from './pad-keys.js';

/** Orders that come within this time share a journal transaction. */
const GATHER_MS = 2;

export interface OpenFleetOptions {
  readonly institution: Institution;
  readonly store: AtmStore;
  readonly bus: Bus;
  readonly observe: Observe;
  /** PIN pads take ECB cryptograms: legacy mode. */
  readonly legacyKeys?: boolean;
}

export interface OpenedFleet {
  readonly fleet: AtmFleet;
  readonly terminals: number;
  /** Withdrawals of the last run that are reversed now. */
  readonly reversed: number;
}

export async function openFleet(o: OpenFleetOptions): Promise<OpenedFleet> {
  const keys = await o.institution.openDataKeys();
  const fleet = new AtmFleet(
    {
      clock: systemClock,
      random: (length) => Uint8Array.from(randomBytes(length)),
      store: o.store,
      wire: wireOf(keys, fleetTopology),
      vault: keys.vault,
      send: (records) => o.bus.send(records),
      observe: o.observe,
      padStorageKey: padStorageKeys(o.institution.store.folder, (n) =>
        Uint8Array.from(randomBytes(n)),
      ),
      schedule: (run) => void setTimeout(run, GATHER_MS),
    },
    { acquirer: ACQUIRER.institution, currency: CURRENCY.numeric, legacyKeys: o.legacyKeys },
  );
  return { fleet, ...(await fleet.recover()) };
}
