/** Batches at payShields: order, what stays at home, what there is no host command for, and failover. */
import { COMMAND_NAMES, type HsmJob } from '@pinfold/hsm';
import { until } from '../../../platform/src/testing/until.js';
import { HsmUnavailable } from '../port.js';
import { payshieldClient } from './client.js';
import { SETTINGS_REFUSE } from './host-errors.js';
import { LOCAL, ROWS } from './rows.js';
import { ATTEMPT_MS, codeOf, openPort, openWorld, random, type TestWorld } from './testing.js';
import { payshieldToken } from './tokens.js';

let world: TestWorld;
const open: (() => Promise<void>)[] = [];
const opened = async (...args: Parameters<typeof openWorld>): Promise<TestWorld> => {
  const made = await openWorld(...args);
  open.push(() => made.close());
  return made;
};
beforeEach(async () => {
  world = await opened('hardened', { ports: 2 });
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

it('answers a mixed batch in order', async () => {
  const { client, token } = world;
  const key = token('ZAK', random(16));
  const macJob = (i: number): HsmJob => ({
    command: 'GenerateMac',
    input: { key, data: Uint8Array.of(i >> 8, i) },
  });
  const context = 'link 1';
  const jobs = Array.from({ length: 400 }, (_, i): HsmJob => {
    if (i % 10 === 3) return { command: 'GenerateDataKey', input: { context } };
    if (i % 10 === 7) return { command: 'ListUsers', input: {} };
    return macJob(i);
  });
  const answers = await client.execute(jobs);
  const { mac } = { mac: (i: number) => client.execute([macJob(i)]) };
  for (const [i, answer] of answers.entries()) {
    if (i % 10 === 3)
      expect(answer).toMatchObject({ ok: true, value: { dataKey: expect.any(Uint8Array) } });
    else if (i % 10 === 7) expect(codeOf(answer)).toBe('COMMAND_REFUSED');
    else if (i % 50 === 0) expect([answer]).toEqual(await mac(i));
    else expect(answer.ok).toBe(true);
  }
  const distinct = new Set(answers.map((answer) => JSON.stringify(answer)));
  expect(distinct.size).toBe(400 - 40 + 1);
  // Both payShields had their share.
  const [first, second] = world.pool.status();
  expect(Math.min(first!.served, second!.served)).toBeGreaterThan(100);
});

it('keeps data keys at home', async () => {
  const { client, local } = world;
  const context = 'vault';
  const [made] = await client.run('GenerateDataKey', [{ context }]);
  const wrapped = made?.ok ? made.value.wrapped : '';
  const there = local.device.execute(local.as('production'), 'DecryptDataKey', {
    wrapped,
    context,
  });
  expect(there).toEqual({ ok: true, value: { dataKey: made?.ok && made.value.dataKey } });
  expect(await client.run('DecryptDataKey', [{ wrapped, context }])).toEqual([there]);
});

it('fails as a whole where the device at home does', async () => {
  const silent = async () => {
    throw new HsmUnavailable('DEVICE_ERROR');
  };
  const client = payshieldClient({ ...world.options, local: { execute: silent, run: silent } });
  await expect(
    client.execute([
      { command: 'GenerateDataKey', input: { context: '' } },
      { command: 'GenerateWorkingKey', input: { usage: 'TPK' } },
    ]),
  ).rejects.toThrow(HsmUnavailable);
});

it('has no answer of its own for what it does not do, and never throws for data', async () => {
  const inputs = [undefined, null, 1, 'x', {}, { key: 1 }, { from: null, to: null }];
  for (const command of COMMAND_NAMES.filter((name) => !LOCAL.has(name))) {
    const jobs = inputs.map((input) => ({ command, input }) as unknown as HsmJob);
    const wanted = ROWS[command] === undefined ? 'COMMAND_REFUSED' : 'INPUT_INVALID';
    const answers = await world.client.execute(jobs);
    expect([command, ...new Set(answers.map(codeOf))]).toEqual([command, wanted]);
  }
  const unknown = ['NoSuchCommand', '__proto__', 'toString'] as never[];
  const answers = await world.client.execute(
    unknown.map((command) => ({ command, input: {} }) as unknown as HsmJob),
  );
  expect(answers.map(codeOf)).toEqual(unknown.map(() => 'COMMAND_UNKNOWN'));
});

it('says that the settings refuse where a command is switched off', async () => {
  const strict = await opened('legacy', { disabled: ['M6'] });
  const key = strict.token('ZAK', random(16));
  expect(await strict.client.run('GenerateMac', [{ key, data: random(3) }])).toEqual([
    { ok: false, code: SETTINGS_REFUSE, rule: 'payshield.68' },
  ]);
});

it('asks nobody about keys under an LMK of the other scheme', async () => {
  const { client, ports } = world;
  const data = random(3);
  const key = payshieldToken('ZAK', `U${'1'.repeat(32)}`);
  expect(await client.run('GenerateMac', [{ key, data }])).toEqual([
    { ok: false, code: 'TOKEN_INVALID' },
  ]);
  expect(ports.some(({ host }) => host.volumes.has('M6'))).toBe(false);
});

it('says which LMK is not there', async () => {
  const client = payshieldClient({ ...world.options, lmk: '77' });
  const failed = client.run('GenerateWorkingKey', [{ usage: 'TPK' }]);
  await expect(failed).rejects.toMatchObject({ code: 'HOST_13' });
});

it('takes PINs as long as the clear-PIN field lets it', async () => {
  const wide = await opened('legacy', { pinLength: 13 });
  const { client, token } = wide;
  const [made] = await client.run('GenerateWorkingKey', [{ usage: 'ZPK' }]);
  expect(made?.ok).toBe(true);
  const zpk = random(16);
  const pvk = token('PVK', random(16));
  const { DesKey } = await import('@pinfold/crypto');
  const { encryptPinBlock } = await import('@pinfold/pin');
  const pan = '4000000000000010';
  const { options } = wide;
  const record = (pin: string, of = client) =>
    of.run('CreateVerificationRecord', [
      {
        pan,
        method: 'visa-pvv',
        pvki: '1',
        pvk,
        key: token('ZPK', zpk),
        format: 'iso0',
        pinBlock: encryptPinBlock({ format: 'iso0', key: key(zpk), pin, pan }),
      },
    ]);
  const key = (bytes: Uint8Array) => DesKey.of(bytes);
  expect((await record('275031846275')).map(codeOf)).toEqual(['ok']);
  // With another length in the options nothing is understood, and nothing is thrown.
  const narrow = payshieldClient({ ...options, pinLength: 5 });
  expect((await record('2750', narrow)).map(codeOf)).not.toEqual(['ok']);
});

it('loses no job when a payShield dies under load, and uses it again when it is back', async () => {
  const { client, token, ports, pool, events } = world;
  const key = token('ZAK', random(16));
  let going = true;
  let done = 0;
  let slowest = 0;
  const workers = Array.from({ length: 8 }, async () => {
    while (going) {
      const from = performance.now();
      const inputs = Array.from({ length: 40 }, () => ({ key, data: random(50) }));
      const macs = await client.run('GenerateMac', inputs);
      slowest = Math.max(slowest, performance.now() - from);
      for (const mac of macs) expect(mac.ok).toBe(true);
      done++;
    }
  });
  await until(() => pool.status().every(({ served }) => served > 0));
  await ports[0]!.close();
  await until(() => pool.status()[0]!.state !== 'up');
  expect(pool.status().map(({ state }) => state === 'up')).toEqual([false, true]);
  const before = done;
  ports[0] = await openPort('hardened', { port: ports[0]!.port });
  const served = pool.status()[0]!.served;
  await until(() => pool.status()[0]!.served > served);
  going = false;
  await Promise.all(workers);
  expect(done).toBeGreaterThan(before);
  expect(slowest).toBeLessThan(ATTEMPT_MS);
  expect(events.filter(({ event }) => event === 'unavailable')).toEqual([]);
  expect(pool.status()[0]!.device).toBe(`payshield://127.0.0.1:${ports[0]!.port}`);
});
