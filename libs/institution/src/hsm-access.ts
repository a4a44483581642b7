/**
 * How a program reaches its institutions' devices in production: the device in its own process, or the
 * pool that `PINFOLD_HSM_URLS` names. One pool serves all institutions of a process.
 */
import { type HsmClient, type HsmPool, jobsClient, measuredPool } from '@pinfold/hsm-client';
import type { AppContext } from '@pinfold/platform';
import { IDENTITIES, type Institution } from './institution.js';

export interface HsmAccess {
  /** The institution's device as its production identity sees it. */
  of(institution: Institution): HsmClient;
  /** Undefined where devices are in the process. */
  readonly pool: HsmPool | undefined;
}

const POOLS = new WeakMap<AppContext, HsmPool>();

/** The pool of a process that has opened one: for its `GET /hsm`, which is there before the pool is. */
export function poolOf(context: AppContext): HsmPool | undefined {
  return POOLS.get(context);
}

export function openHsmAccess(context: AppContext): HsmAccess {
  const { config, logger, metrics, health, shutdown } = context;
  const { production } = IDENTITIES;
  if (config.hsmUrls === null) {
    return { pool: undefined, of: (institution) => institution.as(production) };
  }
  const pool = measuredPool(metrics, {
    urls: config.hsmUrls.addresses,
    observe: ({ device, event }) => {
      if (event === 'up' || event === 'down') logger.warn(`HSM ${event}`, { address: device });
    },
  });
  POOLS.set(context, pool);
  health.add('ready', 'hsm pool', () => {
    const down = pool.status().every(({ state }) => state !== 'up');
    return down ? 'no device of PINFOLD_HSM_URLS answers' : undefined;
  });
  shutdown.add({ phase: 'release', name: 'hsm pool', stop: () => pool.close() });
  return { pool, of: (institution) => jobsClient(pool, institution.id, production.name) };
}
