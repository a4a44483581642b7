/** The network on a pool of two HSM processes: it survives the loss of either, and recovers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { until } from '../libs/platform/src/testing/until.js';
import { freePort } from './support/free-port.js';
import {
  cleanEnvironment,
  endProcess,
  pinfold,
  type RunningProgram,
  startProgram,
  testFolder,
} from './support/program.js';

const HSM = new URL('../dist/apps/hsm/src/main.js', import.meta.url).pathname;
const INSTITUTIONS = ['acq1', 'bank-a', 'bank-b'];
const BANK_A_1 = '4000000000000010';
const NETWORK = ['--cards', '20', '--terminals', '4'];

jest.setTimeout(300_000);

function startHsm(dataDir: string, port: number): ChildProcess {
  const args = INSTITUTIONS.flatMap((id) => ['--institution', id]);
  return spawn(process.execPath, [HSM, ...args], {
    env: cleanEnvironment({
      PINFOLD_DATA_DIR: dataDir,
      PINFOLD_HOST_PORT: String(port),
      PINFOLD_HTTP_PORT: '0',
    }),
    stdio: 'ignore',
  });
}

describe('two HSM processes', () => {
  const folder = testFolder();
  const copies = [testFolder(), testFolder()];
  const hsms: ChildProcess[] = [];
  const ports: number[] = [];
  let program: RunningProgram;
  let pin = '';

  beforeAll(async () => {
    const made = pinfold(['provision', ...NETWORK], { PINFOLD_DATA_DIR: folder.path });
    expect(made.exit).toBe(0);
    for (const copy of copies) {
      cpSync(join(folder.path, 'hsm'), join(copy.path, 'hsm'), { recursive: true });
      ports.push(await freePort());
    }
    for (const [i, copy] of copies.entries()) hsms.push(startHsm(copy.path, ports[i]!));
    const urls = ports.map((port) => `tcp://127.0.0.1:${port}`).join(',');
    program = await startProgram(folder.path, {
      args: ['--no-traffic', ...NETWORK],
      env: { PINFOLD_HSM_URLS: urls },
    });
    pin = program.json<{ pin: string }>('card', 'show', BANK_A_1, '--demo').pin;
  });
  afterAll(async () => {
    await program?.kill();
    await Promise.all(hsms.map(endProcess));
    for (const { remove } of [folder, ...copies]) remove();
  });

  const withdraw = () =>
    program.json<{ approved: boolean; responseCode: string }>(
      ...['withdraw', '--pan', BANK_A_1, '--pin', pin, '--amount', '10.00'],
    );

  it('pays while both are there', () => {
    expect(withdraw()).toMatchObject({ approved: true });
  });

  it('pays while either is gone, in turn, and says which', async () => {
    expect(poolStates()).toEqual(['up', 'up']);
    for (const i of [0, 1]) {
      await endProcess(hsms[i]!);
      expect(withdraw()).toMatchObject({ approved: true });
      expect(withdraw()).toMatchObject({ approved: true });
      const { processes, exit } = program.json<HsmStatus>('hsm', 'status');
      const [{ process, pool }] = processes as [HsmStatus['processes'][number]];
      expect({ exit, process, devices: pool.length }).toEqual({
        exit: 0,
        process: 'pinfold',
        devices: 2,
      });
      expect(pool[1 - i]).toMatchObject({ state: 'up', breaker: 'closed' });
      expect(pool[i]).toMatchObject({ device: `tcp://127.0.0.1:${ports[i]}` });
      expect(pool[i]!.breaker).not.toBe('closed');
      expect(pool[i]!.lastError?.code).toMatch(/^LINK_/);
      hsms[i] = startHsm(copies[i]!.path, ports[i]!);
      await untilUp(2);
    }
    const { stdout } = program.cli('hsm', 'status');
    expect(stdout).toMatch(/^pinfold: pool of 2, 2 up$/m);
    expect(stdout).toMatch(/up +breaker closed +0 outstanding, \d+ served/);
  });

  it('loses no withdrawal under load when one is killed, and then the other', async () => {
    const load = program.fetch('/load', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${program.token()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ ratePerSecond: 5, seconds: 12 }),
    });
    for (const i of [0, 1]) {
      await sleep(2_000);
      await endProcess(hsms[i]!);
      await sleep(500);
      hsms[i] = startHsm(copies[i]!.path, ports[i]!);
      await untilUp(2);
    }
    const report = (await (await load).json()) as Record<string, unknown>;
    expect(report).toMatchObject({ reversed: 0, declined: {}, refused: {} });
    expect(report.dispensed).toBeGreaterThan(30);
  });

  it('declines while none is there, and recovers by itself', async () => {
    await Promise.all(hsms.map(endProcess));
    // The switch says 96, but has nothing to make its MAC with: the terminal believes no such answer,
    // pays nothing and reverses.
    expect(withdraw()).toMatchObject({ approved: false, responseCode: '68' });
    expect(program.cli('hsm', 'status').exit).toBe(1);
    for (const i of [0, 1]) hsms[i] = startHsm(copies[i]!.path, ports[i]!);
    await untilUp(2);
    expect(withdraw()).toMatchObject({ approved: true });
    expect(program.json('reconcile')).toMatchObject({ clean: true });
  });

  interface HsmStatus {
    processes: {
      process: string;
      pool: {
        device: string;
        state: string;
        breaker: string;
        lastError: { code: string } | null;
      }[];
    }[];
  }
  const poolStates = () =>
    program.json<HsmStatus>('hsm', 'status').processes[0]!.pool.map(({ state }) => state);

  async function untilUp(count: number): Promise<void> {
    const areUp = async () => {
      const metrics = await program
        .fetch('/metrics', { headers: { connection: 'close' } })
        .then((answer) => answer.text())
        .catch(() => '');
      return Number(/^pinfold_hsm_pool_up_count\S* (\d+)/m.exec(metrics)?.[1]) >= count;
    };
    await until(areUp, { patienceMs: 90_000 });
  }
});
