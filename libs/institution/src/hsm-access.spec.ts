import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AppContext,
  createLogger,
  Health,
  loadConfiguration,
  Metrics,
  Shutdown,
} from '@pinfold/platform';
import { openHsmAccess, poolOf } from './hsm-access.js';
import { Institution } from './institution.js';

const folder = mkdtempSync(join(tmpdir(), 'hsm-access-'));
const institution = Institution.open({
  id: 'bank-a',
  dataDir: folder,
  mode: 'hardened',
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  log: () => undefined,
});
afterAll(() => {
  institution.close();
  rmSync(folder, { recursive: true });
});

function contextOf(env: Record<string, string>) {
  const config = loadConfiguration({ PINFOLD_DATA_DIR: folder, ...env });
  const health = new Health();
  const shutdown = new Shutdown(5_000);
  const logger = createLogger({
    service: 'test',
    form: 'json',
    level: 'silent',
    destination: { write: () => undefined },
  });
  const metrics = new Metrics({ service: 'test' });
  const context = { config, health, shutdown, logger, metrics } as unknown as AppContext;
  return { context, health, shutdown };
}

it('is the device in the process where nothing is said', async () => {
  const { context } = contextOf({});
  const access = openHsmAccess(context);
  expect(access.pool).toBeUndefined();
  expect(poolOf(context)).toBeUndefined();
  expect(await access.console(institution)).toBeUndefined();
  expect(openHsmAccess(context)).toBe(access);
});

it.each(['tcp', 'payshield'] as const)('is one pool of a process with %s', async (protocol) => {
  const PINFOLD_HSM_URLS = `${protocol}://127.0.0.1:1`;
  const { context, health, shutdown } = contextOf({ PINFOLD_HSM_URLS });
  const { pool } = openHsmAccess(context);
  expect(openHsmAccess(context).pool).toBe(pool);
  expect(poolOf(context)).toBe(pool);
  expect(pool!.status().map(({ device }) => device)).toEqual([PINFOLD_HSM_URLS]);
  const { checks } = await health.ready();
  expect(checks['hsm pool']).toEqual({
    status: 'down',
    reason: 'no device of PINFOLD_HSM_URLS answers',
  });
  await shutdown.run();
});

it.each([
  [{ PINFOLD_PAYSHIELD_LMK: '01' }, 'PINFOLD_PAYSHIELD_LMK is for payShields'],
  [
    { PINFOLD_PAYSHIELD_LMK: '01', PINFOLD_HSM_URLS: 'tcp://a:1' },
    'PINFOLD_PAYSHIELD_LMK is for payShields',
  ],
  [{ PINFOLD_HSM_TLS: '/x' }, 'PINFOLD_HSM_TLS is for security modules'],
  [
    { PINFOLD_HSM_TLS: '/x', PINFOLD_HSM_URLS: 'payshield://a:1' },
    'PINFOLD_HSM_TLS has no client.key that can be read',
  ],
])('refuses %j', (env, line) => {
  const { context } = contextOf(env as Record<string, string>);
  expect(() => openHsmAccess(context)).toThrow(line);
});
