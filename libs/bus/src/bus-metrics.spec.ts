import { Metrics } from '@pinfold/platform';
import type { Bus, Lag } from './bus.js';
import { busProgressCheck, exportBusMetrics } from './bus-metrics.js';
import { EmbeddedBus } from './embedded-bus.js';

const withLag = (...rows: Lag[]): Bus => Object.assign(new EmbeddedBus(), { lag: () => rows });
const row = (group: string, records: number, lastProgressMs: number): Lag => ({
  group,
  topic: 't',
  records,
  lastProgressMs,
});

describe('metrics of the bus', () => {
  it('tell what went through, what waits and for how long', async () => {
    const metrics = new Metrics({ service: 'x', process: false });
    exportBusMetrics(
      withLag(row('a', 2, 1_000), row('b', 3, 4_000), row('c', 0, 0)),
      metrics,
      () => 6_000,
    );
    const { body } = await metrics.text();
    expect(body).toContain('pinfold_bus_lag_count{service="x"} 5');
    expect(body).toContain('pinfold_bus_standstill_seconds{service="x"} 5');
    expect(body).toContain('pinfold_bus_sent_total{service="x"} 0');
  });
});

describe('health of the bus', () => {
  it('is down while a group has records and handles none', () => {
    const check = (now: number) => busProgressCheck(withLag(row('a', 1, 0)), { now: () => now })();
    expect(check(60_000)).toBeUndefined();
    expect(check(61_000)).toBe('group a has handled nothing for 61 s');
    expect(busProgressCheck(withLag(row('a', 0, 0)), { now: () => 1e9 })()).toBeUndefined();
  });
});
