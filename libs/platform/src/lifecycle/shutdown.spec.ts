import { Shutdown, type ShutdownPhase } from './shutdown.js';

const never = () => new Promise<void>(() => undefined);

function recorder() {
  const order: string[] = [];
  const step = (phase: ShutdownPhase, name: string) => ({
    phase,
    name,
    stop: async () => {
      await Promise.resolve();
      order.push(name);
    },
  });
  return { order, step };
}

it('runs phases in order and, within one, last come first gone', async () => {
  const { order, step } = recorder();
  const shutdown = new Shutdown();
  shutdown.add(step('servers', 'postgres'));
  shutdown.add(step('release', 'database'));
  shutdown.add(step('release', 'bus'));
  shutdown.add(step('intake', 'http'));
  shutdown.add(step('drain', 'switch'));
  const removed = shutdown.add(step('drain', 'gone'));
  removed();
  const outcomes = await shutdown.run();
  expect(order).toEqual(['http', 'switch', 'bus', 'database', 'postgres']);
  expect(outcomes.every(({ outcome }) => outcome === 'done')).toBe(true);
});

it('runs once, however often it is asked, and at once what comes after', async () => {
  const { order, step } = recorder();
  const shutdown = new Shutdown();
  shutdown.add(step('drain', 'once'));
  await Promise.all([shutdown.run(), shutdown.run()]);
  shutdown.add(step('drain', 'late comer'));
  await shutdown.run();
  expect(order).toEqual(['once', 'late comer']);
});

it('goes on after a step that fails or hangs, and says so', async () => {
  const { order, step } = recorder();
  const shutdown = new Shutdown();
  shutdown.add({
    phase: 'intake',
    name: 'fails',
    stop: () => Promise.reject(new Error('broken pipe')),
  });
  shutdown.add({ phase: 'drain', name: 'hangs', stop: never, timeoutMs: 20 });
  shutdown.add({
    phase: 'release',
    name: 'throws',
    stop: () => {
      throw new Error('at once');
    },
  });
  shutdown.add(step('servers', 'postgres'));
  const outcomes = await shutdown.run();
  expect(outcomes.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
    ['fails', 'failed', 'broken pipe'],
    ['hangs', 'late', 'not done in 20 ms'],
    ['throws', 'failed', 'at once'],
    ['postgres', 'done', undefined],
  ]);
  expect(order).toEqual(['postgres']);
});

it('keeps to its limit in all, and still stops its servers', async () => {
  const { order, step } = recorder();
  const shutdown = new Shutdown(30);
  shutdown.add({ phase: 'drain', name: 'hangs', stop: never });
  shutdown.add(step('release', 'database'));
  shutdown.add(step('servers', 'postgres'));
  const begun = Date.now();
  const outcomes = await shutdown.run();
  expect(Date.now() - begun).toBeLessThan(5_000);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['late', 'skipped', 'done']);
  expect(order).toEqual(['postgres']);
});
