/** What a pool tells metrics: each device's state and work in flight, what happened. */
import type { Metrics } from '@pinfold/platform';
import type { DeviceStatus } from './member.js';
import { HsmPool, type PoolEvent, type PoolOptions } from './pool.js';

/** A pool whose state is in `/metrics`. */
export function measuredPool(metrics: Metrics, options: PoolOptions): HsmPool {
  const events = metrics.counter({
    name: 'pinfold_hsm_pool_events_total',
    help: 'devices that came and went, commands that went to another device',
    labels: { event: ['up', 'down', 'retried', 'unavailable'] },
  });
  const observe = (event: PoolEvent): void => {
    events.add({ event: event.event });
    options.observe?.(event);
  };
  const pool = new HsmPool({ ...options, observe });
  const devices = pool.status().map(({ device }) => device);
  const of = (name: string): DeviceStatus => pool.status().find(({ device }) => device === name)!;
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
  metrics.observed({
    name: 'pinfold_hsm_pool_waiting_count',
    help: 'commands that wait for a device to have room',
    read: () => pool.waiting,
  });
  const each = { label: 'device', values: devices };
  metrics.observedEach({
    ...each,
    name: 'pinfold_hsm_device_breaker_closed_info',
    help: '1 where commands pass to the device',
    read: (device) => (of(device).breaker === 'closed' ? 1 : 0),
  });
  metrics.observedEach({
    ...each,
    name: 'pinfold_hsm_device_outstanding_count',
    help: 'commands sent to the device and not answered',
    read: (device) => of(device).inFlight,
  });
  metrics.observedEach({
    ...each,
    name: 'pinfold_hsm_device_failures_count',
    help: 'commands and looks at the device that failed since the start',
    read: (device) => of(device).failures,
  });
  return pool;
}
