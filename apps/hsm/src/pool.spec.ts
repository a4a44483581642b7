import {
  HsmPool,
  HsmUnavailable,
  inProcessClient,
  jobsClient,
  type PoolEvent,
} from '@pinfold/hsm-client';
import { createLogger } from '@pinfold/platform';
import { benchDevice } from '../../../libs/hsm/src/testing.js';
import { until } from '../../../libs/platform/src/testing/until.js';
import { type DevicePort, startDevicePort } from './index.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });
const bench = benchDevice({ mode: 'hardened' });
const key = bench.device.execute(bench.as('production'), 'GenerateWorkingKey', {
  usage: 'TAK',
  algorithm: 'T',
});
const token = key.ok ? key.value.key : '';
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});

/** A device equal to the others, on a port. */
async function start(port = 0): Promise<DevicePort> {
  const device = bench.device.clone();
  const session = device.session({ name: 'production', role: 'production' });
  const client = inProcessClient(device, session);
  const opened = await startDevicePort({
    port,
    logger,
    client: (institution, identity) =>
      institution === 'acq1' && identity === 'production' ? client : undefined,
  });
  closing.push(opened);
  return opened;
}

function poolOf(ports: readonly DevicePort[], events: PoolEvent[] = []) {
  const pool = new HsmPool({
    urls: ports.map(({ port }) => ({ host: '127.0.0.1', port })),
    healthMs: 50,
    waitMs: 400,
    attemptMs: 500,
    backOffMs: [20, 100],
    observe: (event) => events.push(event),
  });
  closing.push(pool);
  return pool;
}

const data = new Uint8Array([1, 2, 3]);

it('answers as the device does, over several frames, in order', async () => {
  const client = jobsClient(poolOf([await start()]), 'acq1', 'production');
  const inputs = Array.from({ length: 200 }, (_, i) => ({ key: token, data: Uint8Array.of(i) }));
  const answers = await client.run('GenerateMac', inputs);
  const local = bench.device.executeMany(
    bench.as('production'),
    inputs.map((input) => ({ command: 'GenerateMac' as const, input })),
  );
  expect(answers).toEqual(local);
  const [wrong] = await client.run('VerifyMac', [{ key: token, data, mac: new Uint8Array(8) }]);
  expect(wrong).toMatchObject({ ok: false, code: 'MAC_INVALID' });
});

it('loses nothing when a device is killed under load, and uses it again when it returns', async () => {
  const first = await start();
  const second = await start();
  const events: PoolEvent[] = [];
  const pool = poolOf([first, second], events);
  const client = jobsClient(pool, 'acq1', 'production');
  let going = true;
  let done = 0;
  const worker = async () => {
    while (going) {
      const [answer] = await client.run('GenerateMac', [{ key: token, data }]);
      expect(answer?.ok).toBe(true);
      done++;
    }
  };
  const workers = Array.from({ length: 16 }, worker);
  const up = () => pool.status().map(({ state }) => state === 'up');
  await until(() => pool.status().every(({ served }) => served > 0));
  await closing.splice(closing.indexOf(first), 1)[0]!.close();
  await until(() => up()[0] === false);
  expect(up()).toEqual([false, true]);
  const [lost, stays] = pool.status();
  expect(lost!.breaker).not.toBe('closed');
  expect(lost!.lastError?.code).toMatch(/^LINK_(BROKEN|REFUSED)$/);
  expect(Date.now() - lost!.lastError!.atMs).toBeLessThan(5_000);
  expect(stays).toMatchObject({ breaker: 'closed', nextLookAtMs: null });
  const before = done;
  const servedBefore = pool.status()[0]!.served;
  await start(first.port);
  await until(() => pool.status()[0]!.served > servedBefore, { tell: () => pool.status() });
  going = false;
  await Promise.all(workers);
  expect(done).toBeGreaterThan(before);
  expect(pool.status().every(({ state, served }) => state === 'up' && served > 0)).toBe(true);
  expect(events.filter(({ event }) => event === 'unavailable')).toEqual([]);
});

it('says that no device answers within its time, and recovers by itself', async () => {
  const only = await start();
  const pool = poolOf([only]);
  const client = jobsClient(pool, 'acq1', 'production');
  await client.run('GenerateMac', [{ key: token, data }]);
  await closing.splice(closing.indexOf(only), 1)[0]!.close();
  await expect(client.run('GenerateMac', [{ key: token, data }])).rejects.toThrow(HsmUnavailable);
  await start(only.port);
  const [answer] = await client.run('GenerateMac', [{ key: token, data }]);
  expect(answer?.ok).toBe(true);
});

it('does not drown a device in what waited for it, and refuses what it cannot hold', async () => {
  const only = await start();
  const pool = new HsmPool({
    urls: [{ host: '127.0.0.1', port: only.port }],
    outstanding: 4,
    waitMs: 3_000,
    backOffMs: [20, 50],
  });
  closing.push(pool);
  const client = jobsClient(pool, 'acq1', 'production');
  const call = () => client.run('GenerateMac', [{ key: token, data }]);
  await call();
  await closing.splice(closing.indexOf(only), 1)[0]!.close();
  const waiting = Array.from({ length: 300 }, call);
  await until(() => pool.waiting > 290);
  await start(only.port);
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, pool.status()[0]!.inFlight);
  }, 0);
  for (const answers of await Promise.all(waiting)) expect(answers[0]?.ok).toBe(true);
  clearInterval(look);
  // Four frames, and perhaps NC.
  expect(most).toBeLessThanOrEqual(5);
  expect(pool.waiting).toBe(0);
  const crowd = await Promise.allSettled(Array.from({ length: 8_300 }, call));
  const codes = crowd.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
  expect(codes.length).toBeGreaterThanOrEqual(8_300 - 8_192 - 4);
  expect(new Set(codes)).toEqual(new Set(['POOL_FULL']));
});

it('serves only the identities it was opened with, and takes no more work when draining', async () => {
  const port = await start();
  const pool = poolOf([port]);
  await expect(jobsClient(pool, 'bank-a', 'production').execute([])).resolves.toEqual([]);
  const stranger = jobsClient(pool, 'bank-a', 'production').run('GenerateMac', [
    { key: token, data },
  ]);
  await expect(stranger).rejects.toMatchObject({ code: 'HOST_17' });
  pool.drain(`tcp://127.0.0.1:${port.port}`);
  const late = jobsClient(pool, 'acq1', 'production').run('GenerateMac', [{ key: token, data }]);
  await expect(late).rejects.toThrow(HsmUnavailable);
});
