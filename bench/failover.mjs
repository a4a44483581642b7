/**
 * Failover of a pool of HSMs under load: `npm run bench:failover [-- --json] [--rate N] [--devices N]`.
 *
 * Two HSM processes, calls through the pool's client at a steady rate (default: a tenth of what they do
 * together, since client and devices share the machine). One is killed (SIGKILL) and started again, then the other, then all at once. Said are calls
 * that failed, what the rate of answers did, and the latencies before, around and after.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare, root } from '../scripts/prepare.mjs';
import { INSTITUTION, makeDevices } from './failover/devices.mjs';
import { Load } from './failover/load.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rate: { type: 'string' },
    devices: { type: 'string', default: '2' },
  },
});
/** Steady before a kill; how long a device is gone; how long after its return is looked at. */
const BEFORE_MS = 3_000;
const GONE_MS = 4_000;
const AFTER_MS = 3_000;
/** The calls that a kill can touch: those due from a little before. */
const AROUND_MS = 1_000;
const STEP_MS = 50;
const WORKERS = 32;
const CAPACITY_MS = 2_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value) => Number(value.toPrecision(3));
const rows = [];
function add(name, value, unit) {
  rows.push({ name, value: round(value), unit, baseline: null, ratio: null });
  if (!options.json) console.log(`${name.padEnd(64)} ${String(round(value)).padStart(9)} ${unit}`);
}

async function until(holds, limitMs = 60_000) {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > limitMs) throw new Error('it did not come about');
    await pause(5);
  }
  return performance.now() - from;
}

/** Calls per second with many at a time. */
async function capacity(call) {
  let done = 0;
  const end = performance.now() + CAPACITY_MS;
  const worker = async () => {
    while (performance.now() < end) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return (done * 1000) / CAPACITY_MS;
}

/** The share of the steady rate in the worst step after `from`, and how long steps were below 90 %. */
function dipOf(load, from, to, perSecond) {
  const steady = (perSecond * STEP_MS) / 1000;
  const shares = load.rates(from, to, STEP_MS).map((count) => count / steady);
  return {
    depth: 100 * Math.max(0, 1 - Math.min(...shares)),
    lastsMs: shares.filter((share) => share < 0.9).length * STEP_MS,
  };
}

async function loseOne(name, device, { load, pool, perSecond, events }) {
  await pause(BEFORE_MS);
  const killed = performance.now();
  const before = load.between(killed - BEFORE_MS, killed - 100);
  const retriedBefore = events.retried;
  await device.kill();
  await pause(GONE_MS);
  const started = performance.now();
  device.start();
  await device.listens();
  const listens = performance.now();
  await until(() => pool.status().every(({ state }) => state === 'up'));
  const back = performance.now();
  await pause(AFTER_MS);
  const to = performance.now() - 500;
  const around = load.between(killed - 50, killed + AROUND_MS);
  const gone = load.between(killed + AROUND_MS, started);
  const after = load.between(back, to);
  const dip = dipOf(load, killed, killed + AROUND_MS, perSecond);
  const all = load.between(killed - BEFORE_MS, to);
  add(`${name}: calls`, all.calls, '');
  add(`${name}: calls failed`, all.failed, '');
  add(`${name}: frames sent again to another device`, events.retried - retriedBefore, '');
  add(`${name}: dip of the rate of answers, worst 50 ms`, dip.depth, '%');
  add(`${name}: time with less than 90 % of the rate, of 1 s`, dip.lastsMs, 'ms');
  add(`${name}: from start of its process to its port open`, listens - started, 'ms');
  add(`${name}: from its port open to taking commands`, back - listens, 'ms');
  for (const [when, of] of Object.entries({ before, 'around the kill': around, gone, after })) {
    add(`${name}, ${when}: p50`, of.p50, 'ms');
    add(`${name}, ${when}: p99`, of.p99, 'ms');
  }
  add(`${name}: longest call`, all.longest, 'ms');
  return all.failed;
}

async function loseAll(devices, { load, pool }) {
  await pause(BEFORE_MS);
  const killed = performance.now();
  await Promise.all(devices.map((device) => device.kill()));
  await pause(GONE_MS);
  const none = load.between(killed + AROUND_MS, performance.now() - 2_000);
  const started = performance.now();
  for (const device of devices) device.start();
  const backMs = await until(() => pool.status().some(({ state }) => state === 'up'));
  const back = performance.now();
  await until(() => pool.status().every(({ state }) => state === 'up'));
  await pause(AFTER_MS);
  const after = load.between(back + AROUND_MS, performance.now() - 500);
  add('all gone: calls refused while none was there', none.failed, '');
  add('all gone: calls answered while none was there', none.calls - none.failed, '');
  add('all gone: from start of the processes to commands taken', backMs, 'ms');
  add('all gone: calls failed from 1 s after that', after.failed, '');
  add('all gone, after: p99', after.p99, 'ms');
  if (!options.json) console.log(`refused with: ${[...none.codes, ...after.codes].join(', ')}`);
  return { none, after, started };
}

async function main() {
  prepare();
  const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
  const { HsmPool, jobsClient } = await load('libs/hsm-client/src/index.js');
  const { devices, remove } = await makeDevices(Number(options.devices));
  const events = { up: 0, down: 0, retried: 0, unavailable: 0 };
  for (const device of devices) device.start();
  const pool = new HsmPool({
    urls: devices.map(({ port }) => ({ host: '127.0.0.1', port })),
    observe: ({ event }) => events[event]++,
  });
  let wrong = 1;
  try {
    await until(() => pool.status().every(({ state }) => state === 'up'));
    const client = jobsClient(pool, INSTITUTION, 'production');
    const [made] = await client.run('GenerateWorkingKey', [{ usage: 'TAK', algorithm: 'T' }]);
    const data = new Uint8Array(96);
    const call = async () => {
      const [answer] = await client.run('GenerateMac', [{ key: made.value.key, data }]);
      if (!answer.ok) throw answer;
    };
    await capacity(call);
    const most = await capacity(call);
    const perSecond = options.rate === undefined ? Math.round(most / 10) : Number(options.rate);
    add('calls per second of the devices together, 32 at a time', most, 'calls/s');
    add('steady rate of what follows', perSecond, 'calls/s');
    const calls = new Load(call);
    calls.start(perSecond);
    const about = { load: calls, pool, perSecond, events };
    let failed = 0;
    for (const [i, device] of devices.entries()) {
      failed += await loseOne(`device ${i + 1} killed`, device, about);
    }
    const { none, after } = await loseAll(devices, about);
    await calls.stop();
    wrong = failed + after.failed + (none.calls - none.failed);
  } finally {
    await pool.close(0);
    await Promise.all(devices.map((device) => device.kill()));
    remove();
  }
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  if (options.json) console.log(JSON.stringify({ machine, date, rows }, null, 2));
  else console.log(`\n${machine}; ${date}`);
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main();
