/** A Pinfold program of its own on a fresh folder: started, driven over its control API, stopped. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cpuMs, machineCpuMs, memoryMiB } from './processes.mjs';

const PINFOLD = fileURLToPath(new URL('../../bin/pinfold.mjs', import.meta.url));
const ANY_PORTS = Object.fromEntries(
  ['HTTP', 'HOST', 'ISO', 'AWS'].map((name) => [`PINFOLD_${name}_PORT`, '0']),
);
const READY_WITHIN_MS = 600_000;
const STOP_WITHIN_MS = 120_000;
const LAST_OUTPUT = 2_000;
const LOOK_MS = 100;
/** Cards below this would run into their daily limits under load: these are reset every second. */
const ENOUGH_CARDS = 20_000;
const RESET_MS = 1_000;
const RESET = ['issuer_bank_a', 'issuer_bank_b']
  .map((schema) => `UPDATE ${schema}.card_usage SET day_count = 0, day_amount = 0`)
  .join('; ');

/** `kind`: 'start' (all in one process) or 'cluster' (a process each, on the Kafka of `env`). */
export async function startProgram({ kind, cards, terminals, kafkaPid, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'pinfold-e2e-'));
  const readyFile = join(folder, 'ready.json');
  const sizes = ['--cards', String(cards), '--terminals', String(terminals)];
  const quiet = kind === 'start' ? ['--no-traffic'] : ['--rate', '0'];
  const child = spawn(
    process.execPath,
    [PINFOLD, kind, ...quiet, ...sizes, '--ready-file', readyFile],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...env,
        ...ANY_PORTS,
        PINFOLD_DATA_DIR: folder,
      },
    },
  );
  let output = '';
  const keep = (data) => {
    output = (output + data).slice(-LAST_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const giveUp = Date.now() + READY_WITHIN_MS;
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`pinfold ${kind} did not start:\n${output}`);
    }
    await sleep(LOOK_MS);
  }
  const { http } = JSON.parse(readFileSync(readyFile, 'utf8'));
  const token = readFileSync(join(folder, 'api-token'), 'utf8').trim();
  const url = `http://127.0.0.1:${http}`;
  return new Program({ kind, cards, folder, child, kafkaPid, url, token });
}

class Program {
  #parts;
  #groups;

  constructor(parts) {
    this.#parts = parts;
  }

  async call(path, body) {
    const { url, token } = this.#parts;
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const document = await response.json();
    if (!response.ok) throw new Error(`${path}: ${document.code}: ${document.detail}`);
    return document;
  }

  /** The processes, by name. */
  async groups() {
    this.#groups ??= await this.#findGroups();
    return this.#groups;
  }

  async #findGroups() {
    const { kind, child, folder, kafkaPid } = this.#parts;
    const postmaster = join(folder, 'postgres', 'postmaster.pid');
    const pid = Number(readFileSync(postmaster, 'utf8').split('\n')[0]);
    const groups = { PostgreSQL: { pid, withChildren: true } };
    if (kind === 'start') return { Node: { pid: child.pid }, ...groups };
    const { services } = await this.call('/processes');
    for (const service of services) groups[service.name] = { pid: service.pid };
    groups.Kafka = { pid: kafkaPid };
    return groups;
  }

  async memory() {
    const groups = Object.entries(await this.groups());
    return Object.fromEntries(groups.map(([name, group]) => [name, memoryMiB(group)]));
  }

  /** One load; with CPU ms per withdrawal and memory of each process, and what the neighbours took. */
  async load({ ratePerSecond, seconds, warmUpSeconds }) {
    const groups = Object.entries(await this.groups());
    const times = () => groups.map(([, group]) => cpuMs(group));
    const resets = await this.#keepLimitsAway();
    const answered = this.call('/load', { ratePerSecond, seconds, warmUpSeconds });
    await sleep(warmUpSeconds * 1000);
    const [before, machineBefore] = [times(), machineCpuMs()];
    await sleep(seconds * 1000);
    const [after, machineAfter] = [times(), machineCpuMs()];
    const memory = await this.memory();
    const report = await answered;
    await resets.stop();
    const used = after.map((ms, i) => ms - before[i]);
    const own = used.reduce((sum, ms) => sum + ms, 0);
    const done = report.perSecond * report.seconds;
    return {
      ...report,
      memory,
      cpuMs: Object.fromEntries(groups.map(([name], i) => [name, used[i] / Math.max(1, done)])),
      othersCpus: Math.max(0, (machineAfter - machineBefore - own) / (seconds * 1000)),
    };
  }

  async #keepLimitsAway() {
    if (this.#parts.cards >= ENOUGH_CARDS) return { stop: async () => {} };
    const { database } = await this.call('/status');
    const [, port] = /-p (\d+)/.exec(database.psql);
    const password = readFileSync(join(this.#parts.folder, 'postgres.password'), 'utf8').trim();
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(port),
      user: 'pinfold',
      database: 'pinfold',
      password,
    });
    await client.connect();
    let last = client.query(RESET);
    const timer = setInterval(() => {
      last = last.then(() => client.query(RESET)).catch(() => {});
    }, RESET_MS);
    return {
      stop: async () => {
        clearInterval(timer);
        await last;
        await client.end();
      },
    };
  }

  async stop() {
    const { child, folder } = this.#parts;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  }
}
