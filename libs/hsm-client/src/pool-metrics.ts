/** What a pool tells metrics: devices that are up, work in flight, what happened. */
import type { Metrics } from '@pinfold/platform';
import { HsmPool, type PoolEvent, type PoolOptions } from './pool.js';

/** A pool whose state is in `/metrics`. */
export function measuredPool(metrics: Metrics, options: PoolOptions): HsmPool {
  const events = metrics.counter({
    name: 'pinfold_hsm_pool_events_total',
    help: 'what happened to the devices of the pool',
    labels: { event: ['up', 'down', 'retried', 'unavailable'] },
  });
  const observe = (event: PoolEvent): void => {
    events.add({ event: event.event });
    options.observe?.(event);
  };
  const pool = new HsmPool({ ...options, observe });
  metrics.observed({
    name: 'pinfold_hsm_devices_up_count',
    help: 'devices of the pool that take work',
    read: () => pool.status().filter(({ state }) => state === 'up').length,
  });
  metrics.observed({
    name: 'pinfold_hsm_in_flight_count',
    help: 'frames that wait for an answer of a device',
    read: () => pool.status().reduce((sum, { inFlight }) => sum + inFlight, 0),
  });
  return pool;
}
