import { Health } from './health.js';

it('is ready when every check is up, and tells the reason of each that is not', async () => {
  const health = new Health();
  expect(await health.ready()).toEqual({ status: 'ok', checks: {} });
  health.add('live', 'loop', () => undefined);
  health.add('ready', 'database', async () => {});
  const bus = health.gate('bus', 'connecting');
  health.add('ready', 'hsm', () => {
    throw new Error('tampered');
  });
  expect(await health.live()).toEqual({ status: 'ok', checks: { loop: { status: 'up' } } });
  expect(await health.ready()).toEqual({
    status: 'unavailable',
    checks: {
      loop: { status: 'up' },
      database: { status: 'up' },
      bus: { status: 'down', reason: 'connecting' },
      hsm: { status: 'down', reason: 'tampered' },
    },
  });
  bus.up();
  expect((await health.ready()).checks.bus).toEqual({ status: 'up' });
  bus.down('broker gone');
  expect((await health.ready()).checks.bus).toEqual({ status: 'down', reason: 'broker gone' });
});

it('does not wait for a check that hangs', async () => {
  const health = new Health();
  health.add('live', 'stuck', () => new Promise(() => undefined));
  expect((await health.live()).checks.stuck).toEqual({
    status: 'down',
    reason: 'no answer in 2 s',
  });
});

it('refuses a second check of one name, and takes a removed one away', async () => {
  const health = new Health();
  const remove = health.add('ready', 'a', () => 'no');
  expect(() => health.add('ready', 'a', () => undefined)).toThrow('already');
  remove();
  expect((await health.ready()).status).toBe('ok');
});
