/** A short crash run, as a person starts it: `npm run test:crash` has the long ones. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const MINUTES_MS = 60_000;
jest.setTimeout(15 * MINUTES_MS);

interface Report {
  readonly kills: Record<string, number>;
  readonly orders: { approved: number };
  readonly problems: readonly { check: string; what: string }[];
}

/** Each run has a seed of its own; a failure prints it, and how to repeat the run. */
function crash(...args: string[]): { exit: number | null; report: Report; said: string } {
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/crash.mjs'), '--json', ...args], {
    encoding: 'utf8',
    timeout: 14 * MINUTES_MS,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (done.status !== 0) process.stderr.write(done.stderr);
  return { exit: done.status, report: JSON.parse(done.stdout), said: done.stderr };
}

it('the all-in-one program and its PostgreSQL lose nothing to kill -9', () => {
  const { exit, report, said } = crash('--kills', '4', '--cards', '100', '--terminals', '8');
  expect(report.problems).toEqual([]);
  expect(exit).toBe(0);
  expect(said).toMatch(/seed \d+/);
  expect(Object.keys(report.kills).length).toBeGreaterThanOrEqual(2);
  expect(report.orders.approved).toBeGreaterThan(0);
});

it('wrong options end with 2 and say what is allowed', () => {
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/crash.mjs'), '--kills', 'many'], {
    encoding: 'utf8',
  });
  expect(done.status).toBe(2);
  expect(done.stderr).toContain('--kills');
});

/** The harness runs a broker of its own, to be able to kill it. */
async function kafkaIsMissing(): Promise<boolean> {
  const script = pathToFileURL(join(ROOT, 'scripts/kafka/install.mjs')).href;
  const { reasonAgainst } = (await import(script)) as { reasonAgainst: () => string | undefined };
  const reason = reasonAgainst();
  if (reason !== undefined) process.stderr.write(`no Kafka for this test: ${reason}\n`);
  return reason !== undefined && process.env.PINFOLD_REQUIRE_SERVERS !== '1';
}

((await kafkaIsMissing()) ? it.skip : it)(
  'a cluster loses nothing to kill -9 of any process',
  () => {
    const args = ['--mode', 'cluster', '--kills', '6', '--cards', '100', '--terminals', '8'];
    const { exit, report } = crash(...args);
    expect(report.problems).toEqual([]);
    expect(exit).toBe(0);
    expect(report.orders.approved).toBeGreaterThan(0);
  },
);
