/** HSM processes with equal master keys and a folder each, as a pool has them; killed and started again. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/prepare.mjs';

const HSM = join(root, 'dist/apps/hsm/src/main.js');
const PROGRAM = join(root, 'bin/pinfold.mjs');
export const INSTITUTION = 'acq1';

const plain = (env) => ({ PATH: process.env.PATH, HOME: process.env.HOME, ...env });

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Provisions a network and gives `count` copies of its devices. */
export async function makeDevices(count) {
  const folder = mkdtempSync(join(tmpdir(), 'pinfold-failover-'));
  const origin = join(folder, 'origin');
  const args = [PROGRAM, 'provision', '--cards', '2', '--terminals', '1'];
  const made = spawnSync(process.execPath, args, { env: plain({ PINFOLD_DATA_DIR: origin }) });
  if (made.status !== 0) throw new Error(`provisioning failed: ${made.stderr}`);
  const devices = [];
  for (let i = 0; i < count; i++) {
    const dataDir = join(folder, `device-${i}`);
    mkdirSync(dataDir);
    cpSync(join(origin, 'hsm'), join(dataDir, 'hsm'), { recursive: true });
    devices.push(new Device(dataDir, await freePort()));
  }
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { devices, remove };
}

class Device {
  #child;

  constructor(dataDir, port) {
    this.dataDir = dataDir;
    this.port = port;
  }

  start() {
    this.#child = spawn(process.execPath, [HSM, '--institution', INSTITUTION], {
      env: plain({
        PINFOLD_DATA_DIR: this.dataDir,
        PINFOLD_HOST_PORT: String(this.port),
        PINFOLD_HTTP_PORT: '0',
      }),
      stdio: 'ignore',
    });
  }

  /** Resolves when somebody listens on its port. */
  async listens() {
    const tried = () =>
      new Promise((resolve) => {
        const socket = connect(this.port, '127.0.0.1');
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
    while (!(await tried())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** As a power cut would: nothing is finished, nothing is said. */
  async kill() {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
