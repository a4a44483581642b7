/**
 * The baseline of the end-to-end benchmark: how fast does bare kafkajs carry messages of our size over
 * our four hops on this machine? Nothing is encrypted, stored or decided.
 *
 *   client --a--> worker 1 --b--> worker 2 --c--> worker 1 --d--> client
 *
 * First a closed loop, for the most messages per second; then an open loop at half of that, for the
 * latency from the moment each message was due.
 *
 *   node bench/relay.mjs [--brokers HOST:PORT] [--seconds 10] [--bytes 400] [--mode processes|one] [--json]
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RelayClient } from './relay/client.mjs';
import { makeClient, relayHop } from './relay/hop.mjs';

const TOPICS = ['relay-a', 'relay-b', 'relay-c', 'relay-d'];
/** Hops of each worker, as (from, to). */
const WORKERS = [
  [
    ['relay-a', 'relay-b'],
    ['relay-c', 'relay-d'],
  ],
  [['relay-b', 'relay-c']],
];
const WORKER = fileURLToPath(new URL('./relay/worker.mjs', import.meta.url));
const WARM_UP_SECONDS = 4;
const SETTLE_SECONDS = 2;
const WINDOW = 4000;

/**
 * `brokers`: 'host:port,…'. `payloadBytes`: size of a message's value. `mode`: 'processes' (client and
 * two workers) or 'one' (all in this process). Returns rates per second, latencies in ms, CPU in % of
 * one core, and how many messages were lost (0, or the run is worth nothing).
 */
export async function runRelay({
  brokers,
  seconds = 10,
  payloadBytes = 400,
  mode = 'processes',
  partitions = 6,
  load = 0.5,
}) {
  const suffix = `-${process.pid}-${Date.now()}`;
  const topics = TOPICS.map((topic) => topic + suffix);
  const admin = makeClient(brokers, 'relay-admin').admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
  });
  const workers =
    mode === 'one' ? await hopsHere(brokers, suffix) : await hopsApart(brokers, suffix);
  const [first, last] = [topics[0], topics.at(-1)];
  const client = await RelayClient.connect({ brokers, first, last, bytes: payloadBytes });
  try {
    return await measure({ client, workers, seconds, load });
  } finally {
    await client.close();
    await workers.stop();
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  }
}

async function measure({ client, workers, seconds, load }) {
  await client.closedLoop({ seconds: WARM_UP_SECONDS, window: WINDOW });
  const full = await phase(client, workers, () => client.closedLoop({ seconds, window: WINDOW }));
  await client.drain();
  const rate = full.perSecond * load;
  await client.openLoop({ seconds: SETTLE_SECONDS, rate });
  const half = await phase(client, workers, () => client.openLoop({ seconds, rate }));
  await client.drain();
  return {
    perSecond: full.perSecond,
    full: full.latency,
    cpuPercent: full.cpuPercent,
    atLoad: { perSecond: half.perSecond, ...half.latency, cpuPercent: half.cpuPercent },
    lost: client.sent - client.received,
    duplicates: client.duplicates,
  };
}

/** Runs the load and returns rate, latency and CPU of its time. */
async function phase(client, workers, run) {
  client.latencies = [];
  const [began, before, cpuBefore] = [performance.now(), client.received, await workers.cpuMs()];
  await run();
  const tookMs = performance.now() - began;
  const sorted = client.latencies.sort((a, b) => a - b);
  client.latencies = undefined;
  return {
    perSecond: Math.round(((client.received - before) / tookMs) * 1000),
    latency: {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
    },
    cpuPercent: Math.round((((await workers.cpuMs()) - cpuBefore) / tookMs) * 100),
  };
}

function quantile(sorted, q) {
  if (sorted.length === 0) return null;
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] * 10) / 10;
}

const msOf = ({ user, system }) => (user + system) / 1000;

async function hopsHere(brokers, suffix) {
  const stops = await Promise.all(
    WORKERS.flat().map(([from, to]) => relayHop({ brokers, from, to, suffix })),
  );
  return {
    cpuMs: async () => msOf(process.cpuUsage()),
    stop: () => Promise.all(stops.map((stop) => stop())),
  };
}

/** CPU of all: this process and the workers. */
async function hopsApart(brokers, suffix) {
  const children = WORKERS.map((hops) =>
    fork(WORKER, [brokers, suffix, ...hops.map(([from, to]) => `${from}>${to}`)]),
  );
  const answer = (child) =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`a relay worker ended with ${code}`)));
    });
  await Promise.all(children.map(answer));
  return {
    cpuMs: async () => {
      const answers = children.map(answer);
      for (const child of children) child.send('cpu');
      const others = await Promise.all(answers);
      return others.reduce((sum, { cpu }) => sum + msOf(cpu), msOf(process.cpuUsage()));
    },
    stop: () =>
      Promise.all(
        children.map(
          (child) =>
            new Promise((resolve) => {
              child.once('exit', resolve);
              child.send('stop');
            }),
        ),
      ),
  };
}

/** As `--json` of every benchmark prints it. */
export function relayRows(result) {
  const row = (name, value, unit) => ({ name, value, unit, baseline: null, ratio: null });
  return [
    row('kafkajs relay, most', result.perSecond, 'messages/s'),
    row('kafkajs relay at load', result.atLoad.perSecond, 'messages/s'),
    row('kafkajs relay at load, p50', result.atLoad.p50, 'ms'),
    row('kafkajs relay at load, p99', result.atLoad.p99, 'ms'),
    row('kafkajs relay at load, p99.9', result.atLoad.p999, 'ms'),
  ];
}

async function main() {
  const { values } = parseArgs({
    options: {
      brokers: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      bytes: { type: 'string', default: '400' },
      mode: { type: 'string', default: 'processes' },
      json: { type: 'boolean', default: false },
    },
  });
  let broker;
  if (!values.brokers) {
    const { start } = await import('../scripts/kafka/broker.mjs');
    broker = await start(mkdtempSync(join(os.tmpdir(), 'pinfold-relay-')), { profile: 'server' });
  }
  const result = await runRelay({
    brokers: values.brokers ?? broker.brokers[0],
    seconds: Number(values.seconds),
    payloadBytes: Number(values.bytes),
    mode: values.mode,
  });
  if (broker) {
    await broker.stop();
    rmSync(broker.folder, { recursive: true, force: true });
  }
  const machine = `${os.cpus().length} x ${os.cpus()[0].model}, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  if (values.json) console.log(JSON.stringify({ machine, date, rows: relayRows(result) }));
  else {
    console.log(`${machine}, ${date}, ${values.mode}`);
    for (const { name, value, unit } of relayRows(result)) console.log(`${name}: ${value} ${unit}`);
    console.log(
      `lost ${result.lost}, duplicates ${result.duplicates}, CPU ${result.cpuPercent} % of a core`,
    );
  }
  process.exit(result.lost === 0 ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
