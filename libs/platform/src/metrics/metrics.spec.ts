import { Metrics, SERIES_MAX } from './metrics.js';

const fresh = () => new Metrics({ service: 'switch', process: false });

it('counts by declared values and puts everything else under other', async () => {
  const metrics = fresh();
  const withdrawals = metrics.counter({
    name: 'pinfold_withdrawals_total',
    help: 'Withdrawals by outcome',
    labels: { outcome: ['approved', 'declined'] },
  });
  withdrawals.add({ outcome: 'approved' });
  withdrawals.add({ outcome: 'approved' }, 2);
  for (let card = 0; card < 1_000; card++) withdrawals.add({ outcome: `4000000000${card}` });
  const { body, contentType } = await metrics.text();
  expect(contentType).toContain('text/plain');
  expect(body).toContain('pinfold_withdrawals_total{outcome="approved",service="switch"} 3');
  expect(body).toContain('pinfold_withdrawals_total{outcome="other",service="switch"} 1000');
  expect(
    body.split('\n').filter((line) => line.startsWith('pinfold_withdrawals_total')),
  ).toHaveLength(2);
});

it('has gauges, observed gauges and histograms', async () => {
  const metrics = fresh();
  metrics.gauge({ name: 'pinfold_queue_records_count', help: 'q' }).set({}, 7);
  let level = 1;
  metrics.observed({ name: 'pinfold_pool_open_count', help: 'p', read: () => level });
  const sizes: Record<string, number> = { a: 3, b: 4 };
  metrics.observedEach({
    ...{ name: 'pinfold_part_size_bytes', help: 's', label: 'part', values: ['a', 'b'] },
    read: (part) => sizes[part]!,
  });
  metrics.histogram({ name: 'pinfold_hop_duration_seconds', help: 'h' }).observe({}, 0.003);
  level = 2;
  const { body } = await metrics.text();
  expect(body).toContain('pinfold_queue_records_count{service="switch"} 7');
  expect(body).toContain('pinfold_pool_open_count{service="switch"} 2');
  expect(body).toContain('pinfold_part_size_bytes{part="b",service="switch"} 4');
  expect(body).toContain('pinfold_hop_duration_seconds_bucket{le="0.005",service="switch"} 1');
});

it('comes with the process: event loop, memory, CPU', async () => {
  const { body } = await new Metrics({ service: 'atm' }).text();
  for (const name of [
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ]) {
    expect(body).toContain(`pinfold_${name}{service="atm"}`);
  }
});

it.each([
  ['withdrawals_total', {}, 'name it pinfold_'],
  ['pinfold_withdrawals', {}, 'with its unit last'],
  ['pinfold_withdrawals_seconds', {}, 'a counter ends in _total'],
  ['pinfold_withdrawals_total', { terminal: ['ATM00001'] }, 'label terminal has no limit'],
  ['pinfold_withdrawals_total', { PAN: [] }, 'label PAN has no limit'],
  [
    'pinfold_withdrawals_total',
    { code: Array.from({ length: SERIES_MAX }, (_, i) => `${i}`) },
    'series, allowed are',
  ],
])('refuses %s %j', (name, labels, why) => {
  expect(() => fresh().counter({ name, help: 'x', labels })).toThrow(why);
});
