/**
 * How a program reaches its institutions' devices in production: the device in its own process, or the
 * pool that `PINFOLD_HSM_URLS` names. One pool serves all institutions of a process.
 */
import { type HsmClient, HsmPool } from '@pinfold/hsm-client';
import type { AppContext } from '@pinfold/platform';
import { IDENTITIES, type Institution } from './institution.js';

export interface HsmAccess {
  /** The institution's device as its production identity sees it. */
  of(institution: Institution): HsmClient;
  /** Undefined where devices are in the process. */
  readonly pool: HsmPool | undefined;
}

const EVENTS = ['up', 'down', 'retried', 'unavailable'] as const;

export function openHsmAccess(context: AppContext): HsmAccess {
  const { config, logger, metrics, health, shutdown } = context;
  const { production } = IDENTITIES;
  if (config.hsmUrls === null) {
    return { pool: undefined, of: (institution) => institution.as(production) };
  }
  const events = metrics.counter({
    name: 'pinfold_hsm_pool_events_total',
    help: 'devices that came and went, commands that went to another device',
    labels: { event: EVENTS },
  });
  const pool = new HsmPool({
    urls: config.hsmUrls,
    observe: ({ device, event }) => {
      events.add({ event });
      if (event === 'up' || event === 'down') logger.warn(`HSM ${event}`, { address: device });
    },
  });
  metrics.observed({
    name: 'pinfold_hsm_pool_up_count',
    help: 'devices of the pool that answer',
    read: () => pool.status().filter(({ state }) => state === 'up').length,
  });
  metrics.observed({
    name: 'pinfold_hsm_pool_outstanding_count',
    help: 'commands sent to devices and not answered',
    read: () => pool.status().reduce((sum, { inFlight }) => sum + inFlight, 0),
  });
  health.add('ready', 'hsm pool', () => {
    const down = pool.status().every(({ state }) => state !== 'up');
    return down ? 'no device of PINFOLD_HSM_URLS answers' : undefined;
  });
  shutdown.add({ phase: 'release', name: 'hsm pool', stop: () => pool.close() });
  return { pool, of: (institution) => pool.client(institution.id, production.name) };
}
